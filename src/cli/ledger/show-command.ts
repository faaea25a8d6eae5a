import { toWire } from '../../api/wire.js';
import { PAGE_LIMIT } from '../../ledger/query.js';
import { EXIT } from '../options.js';
import { tellStory } from './story.js';
import type { Subcommand } from './subcommand.js';

/** `onekey ledger show CALL_ID`. */
export const showCommand: Subcommand = {
  options: {},
  understand(_values, positionals) {
    const [callId, ...rest] = positionals;
    if (callId === undefined) return { ok: false, message: 'say which call: onekey ledger show CALL_ID' };
    if (rest.length > 0) return { ok: false, message: `"${rest[0]}" is one word too many` };
    return {
      ok: true,
      run: async ({ reader, folder, json, surroundings }) => {
        const story = await reader.story(callId);
        if (story === undefined) {
          surroundings.err(`there is no call "${callId}" in ${folder}; onekey ledger query calls lists them`);
          return EXIT.failed;
        }
        const { items: audits } = await reader.audits({ callId, order: 'oldest', limit: PAGE_LIMIT.max });
        const lines = json
          ? [JSON.stringify(toWire({ ...story, audits }))]
          : tellStory(callId, story, audits);
        for (const line of lines) surroundings.out(line);
        return EXIT.ok;
      },
    };
  },
};
