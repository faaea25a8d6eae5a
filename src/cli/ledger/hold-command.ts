import { userInfo } from 'node:os';
import { HOLD_TEXT_MAX, type Hold, Holds, type HoldTarget, heldValue } from '../../ledger/keeping/holds.js';
import { ledgerFolder, listMonths } from '../../ledger/ledger-folder.js';
import { isMonth } from '../../ledger/month.js';
import { EXIT } from '../options.js';
import type { FolderSubcommand, FolderUnderstood, FolderWorkplace, OptionValues } from './subcommand.js';
import { localTime } from './text.js';

/** `onekey ledger hold`. */
export const holdCommand: FolderSubcommand = {
  options: {
    caller: { type: 'string' },
    call: { type: 'string' },
    month: { type: 'string' },
    reason: { type: 'string' },
    by: { type: 'string' },
    all: { type: 'boolean' },
  },
  understand(values, [what, id, ...more]) {
    const extra = what === 'release' ? more[0] : id;
    if (extra !== undefined) return { ok: false, message: `"${extra}" is one word too many` };
    switch (what) {
      case 'add':
        return understandAdd(values);
      case 'list':
        return { ok: true, run: (place) => list(place, values.all === true) };
      case 'release':
        return understandRelease(values, id);
      default:
        return { ok: false, message: 'say hold add, hold list or hold release ID' };
    }
  },
};

function understandAdd(values: OptionValues): FolderUnderstood {
  const target = targetOf(values);
  if (typeof target === 'string') return { ok: false, message: target };
  const why = whyOf(values);
  if (typeof why === 'string') return { ok: false, message: why };
  return {
    ok: true,
    async run({ config, json, surroundings }) {
      const folder = ledgerFolder(config.data);
      if (listMonths(folder).length === 0) {
        surroundings.err(`there is no ledger in ${folder}; name the data folder of the server with --data`);
        return EXIT.failed;
      }
      const hold = new Holds(folder).add(target, why, Date.now());
      surroundings.out(json ? JSON.stringify(hold) : `hold ${hold.id}: ${text(hold)}`);
      return EXIT.ok;
    },
  };
}

function understandRelease(values: OptionValues, id: string | undefined): FolderUnderstood {
  if (id === undefined)
    return { ok: false, message: 'say which one: hold release ID, as hold list shows it' };
  const why = whyOf(values);
  if (typeof why === 'string') return { ok: false, message: why };
  return {
    ok: true,
    async run({ config, json, surroundings }) {
      const folder = ledgerFolder(config.data);
      const released = new Holds(folder).release(id, why, Date.now());
      if (!released.ok) {
        const problem =
          released.code === 'unknown' ? `there is no hold ${id}` : `hold ${id} was released before`;
        surroundings.err(`${problem} (onekey ledger hold list --all)`);
        return EXIT.failed;
      }
      surroundings.out(
        json ? JSON.stringify(released.hold) : `hold ${id} is released: ${text(released.hold)}`,
      );
      return EXIT.ok;
    },
  };
}

async function list({ config, json, surroundings }: FolderWorkplace, all: boolean): Promise<number> {
  const holds = new Holds(ledgerFolder(config.data));
  const shown = all ? holds.all() : holds.active();
  for (const hold of shown) surroundings.out(json ? JSON.stringify(hold) : `${hold.id}  ${text(hold)}`);
  if (shown.length === 0 && !json) surroundings.out(all ? 'there never was a hold' : 'nothing is held');
  return EXIT.ok;
}

function text({ target, reason, by, addedAt, released }: Hold): string {
  const since = `${target.kind} ${heldValue(target)}, since ${localTime(addedAt)} by ${by}: ${reason}`;
  if (released === null) return since;
  return `${since}; released ${localTime(released.at)} by ${released.by}: ${released.reason}`;
}

function targetOf({ caller, call, month }: OptionValues): HoldTarget | string {
  const given = [caller, call, month].filter((value) => value !== undefined);
  if (given.length !== 1) return 'say what is held: one of --caller NUMBER, --call ID and --month YYYY-MM';
  if (typeof caller === 'string' && caller !== '') return { kind: 'caller', number: caller };
  if (typeof call === 'string' && call !== '') return { kind: 'call', callId: call };
  if (typeof month === 'string' && isMonth(month)) return { kind: 'month', month };
  return month === undefined ? 'what is held has no name' : `--month ${String(month)}: write it as 2026-03`;
}

/** Who does it and why; a text says what is missing. */
function whyOf({ reason, by }: OptionValues): { readonly reason: string; readonly by: string } | string {
  if (typeof reason !== 'string' || reason.trim() === '')
    return 'say why with --reason "...": it stands in the audit';
  const who = typeof by === 'string' && by.trim() !== '' ? by : userInfo().username;
  if (reason.length > HOLD_TEXT_MAX || who.length > HOLD_TEXT_MAX)
    return `--reason and --by have ${HOLD_TEXT_MAX} characters at most`;
  return { reason: reason.trim(), by: who.trim() };
}
