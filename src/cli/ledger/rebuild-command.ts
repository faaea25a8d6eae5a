import { isMonth, type Month } from '../../ledger/month.js';
import { rebuildMonths } from '../../ledger/rebuild-months.js';
import { EXIT } from '../options.js';
import type { FolderSubcommand, FolderWorkplace } from './subcommand.js';
import { withLedger } from './with-ledger.js';

interface Request {
  readonly month: Month | undefined;
  readonly force: boolean;
}

/** `onekey ledger rebuild`. */
export const rebuildCommand: FolderSubcommand = {
  options: { month: { type: 'string' }, force: { type: 'boolean' } },
  understand({ month, force }, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    const text = month === undefined ? undefined : String(month);
    if (text !== undefined && !isMonth(text))
      return { ok: false, message: `--month ${text}: write it as 2026-03` };
    return { ok: true, run: (workplace) => rebuild(workplace, { month: text, force: force === true }) };
  },
};

function rebuild(workplace: FolderWorkplace, request: Request): Promise<number> {
  const { json, surroundings } = workplace;
  return withLedger(workplace, null, async (work) => {
    const months = await rebuildMonths({
      ...request,
      ...work,
      onProgress: (month, records) => surroundings.progress?.(`${month}: ${records} records taken in`),
    });
    surroundings.progress?.('');
    if (json) surroundings.out(JSON.stringify({ months }));
    else if (months.length === 0) surroundings.out('statistics and full text are as this program makes them');
    else surroundings.out(`statistics and full text made anew: ${months.join(' ')}`);
    return EXIT.ok;
  });
}
