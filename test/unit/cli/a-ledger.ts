import { run } from '../../../src/cli/ledger.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { callRecord, legRecord, START, transferRecord } from '../ledger/fixtures.js';

/** Two calls, one of which was transferred. */
export const RECORDS: readonly LedgerRecord[] = [
  legRecord('leg-1', {
    role: 'caller',
    direction: 'in',
    member: null,
    trunk: 'carrier',
    endedAt: START + 60_000,
  }),
  legRecord('leg-2', { startedAt: START + 10 }),
  transferRecord('transfer-1'),
  legRecord('leg-3', {
    role: 'target',
    member: 'police-110',
    startedAt: START + 20_010,
    ringingAt: null,
    answeredAt: START + 25_000,
    endedAt: START + 60_000,
    transferId: 'transfer-1',
    reason: '再见\u001b[2J',
  }),
  callRecord('call-1'),
  callRecord('call-2', {
    startedAt: START + 3_600_000,
    missed: true,
    outcome: 'missed',
    callerNumber: '022-热线',
  }),
];

/** Runs `onekey ledger` with the ledger of this folder; gives what it printed. */
export async function ledgerCommand(dir: string, ...argv: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const progress: string[] = [];
  const code = await run([...argv, '--data', dir], {
    env: {},
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    progress: (text) => progress.push(text),
  });
  return { code, out, err: err.join('\n'), progress };
}
