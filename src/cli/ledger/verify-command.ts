import type { ChainHead } from '../../ledger/chain.js';
import { isMonth, type Month } from '../../ledger/month.js';
import { type VerifiedMonth, verifyLedger } from '../../ledger/verify-ledger.js';
import { EXIT } from '../options.js';
import type { Subcommand, Workplace } from './subcommand.js';

interface Request {
  readonly expectHead?: ChainHead;
  readonly month?: Month;
}

/** `onekey ledger verify`. */
export const verifyCommand: Subcommand = {
  options: { head: { type: 'string' }, month: { type: 'string' } },
  understand({ head, month }, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    const request: { expectHead?: ChainHead; month?: Month } = {};
    if (month !== undefined) {
      if (!isMonth(String(month)))
        return { ok: false, message: `--month ${String(month)}: write it as 2026-03` };
      request.month = String(month);
    }
    if (head !== undefined) {
      const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(String(head));
      if (match === null)
        return { ok: false, message: `--head ${String(head)}: write it as verify printed it, NUMBER:HASH` };
      request.expectHead = { count: Number(match[1]), hash: match[2] ?? '' };
    }
    return { ok: true, run: (workplace) => verify(workplace, request) };
  },
};

async function verify(workplace: Workplace, request: Request): Promise<number> {
  const { folder, json, surroundings } = workplace;
  const result = await verifyLedger(folder, {
    onProgress: (checked, total) => surroundings.progress?.(`${checked} of ${total} records checked`),
    ...request,
  });
  surroundings.progress?.('');
  if (json) surroundings.out(JSON.stringify({ folder, ...result }));
  else if (result.ok) {
    const records = result.months.reduce((sum, month) => sum + month.records, 0);
    surroundings.out(`${folder}: ${records} records, all as they were written`);
    surroundings.out(`head ${result.head.count}:${result.head.hash}`);
    for (const month of result.months) surroundings.out(line(month));
  } else {
    surroundings.out(`${folder}: BROKEN (${result.break.problem})`);
    surroundings.out(result.break.message);
  }
  return result.ok ? EXIT.ok : EXIT.failed;
}

function line({ month, records, file }: VerifiedMonth): string {
  const state =
    file === 'closed' ? 'the file is byte for byte as it was closed' : 'the file is not closed yet';
  return `${month}: ${records} records; ${state}`;
}
