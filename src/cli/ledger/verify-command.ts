import type { ChainHead } from '../../ledger/chain.js';
import { verifyLedger } from '../../ledger/verify-ledger.js';
import { EXIT } from '../options.js';
import type { Subcommand, Workplace } from './subcommand.js';

/** `onekey ledger verify`. */
export const verifyCommand: Subcommand = {
  options: { head: { type: 'string' } },
  understand({ head }, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    if (head === undefined) return { ok: true, run: (workplace) => verify(workplace, undefined) };
    const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(String(head));
    if (match === null)
      return { ok: false, message: `--head ${String(head)}: write it as verify printed it, NUMBER:HASH` };
    const expected = { count: Number(match[1]), hash: match[2] ?? '' };
    return { ok: true, run: (workplace) => verify(workplace, expected) };
  },
};

async function verify(workplace: Workplace, expected: ChainHead | undefined): Promise<number> {
  const { folder, json, surroundings } = workplace;
  const result = await verifyLedger(folder, {
    onProgress: (checked, total) => surroundings.progress?.(`${checked} of ${total} records checked`),
    ...(expected === undefined ? {} : { expectHead: expected }),
  });
  surroundings.progress?.('');
  if (json) surroundings.out(JSON.stringify({ folder, ...result }));
  else if (result.ok) {
    surroundings.out(`${folder}: ${result.head.count} records, all as they were written`);
    surroundings.out(`head ${result.head.count}:${result.head.hash}`);
  } else {
    surroundings.out(`${folder}: BROKEN (${result.break.problem})`);
    surroundings.out(result.break.message);
  }
  return result.ok ? EXIT.ok : EXIT.failed;
}
