import { mkdirSync } from 'node:fs';
import { beginLedger } from '../../../src/ledger/begin-ledger.js';
import { ledgerFolder } from '../../../src/ledger/ledger-folder.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { WriterStore } from '../../../src/ledger/writer-store.js';
import { callRecord, legRecord } from './fixtures.js';

/** Noon of the 15th of a month, UTC. */
export function middleOf(month: string): number {
  return Date.parse(`${month}-15T12:00:00Z`);
}

/**
 * A ledger with a call and its leg in each of these months, the last of which is the current one. The call of 2026-01 is
 * `call-2026-01` and comes from 1380000 and the four digits of year and month, `13800002601`.
 *
 * @returns the folder of the ledger
 */
export function someMonths(dir: string, months: readonly string[]): string {
  const folder = ledgerFolder(dir);
  mkdirSync(folder, { recursive: true });
  let now = middleOf(months[0] ?? '2026-01');
  beginLedger({ folder, now });
  const store = new WriterStore({ folder, now: () => now });
  let number = store.lastBatch;
  for (const month of months) {
    now = middleOf(month);
    number += 1;
    store.commit({ number, records: callOf(month), journal: [] });
  }
  store.close();
  return folder;
}

function callOf(month: string): readonly LedgerRecord[] {
  const callerNumber = `1380000${month.slice(2, 4)}${month.slice(5)}`;
  const startedAt = middleOf(month) - 60_000;
  const times = { startedAt, answeredAt: startedAt + 1000, endedAt: middleOf(month), callerNumber };
  return [
    legRecord(`leg-${month}`, { callId: `call-${month}`, ...times }),
    callRecord(`call-${month}`, times),
  ];
}
