/**
 * A program that writes calls to a ledger for as long as it lives, and says what the ledger has confirmed: a line of JSON
 * for each. It waits for its job on the input, so that it has been loaded when its time begins.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import type { JournalledCall } from '../../../src/ledger/ledger.js';
import { ledgerFolder } from '../../../src/ledger/ledger-folder.js';
import { openLedger } from '../../../src/ledger/open-ledger.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { WriterStore } from '../../../src/ledger/writer-store.js';
import { callRecord, legRecord, transferRecord } from '../../unit/ledger/records.js';

/** What the program is to do. */
export interface Job {
  readonly dir: string;
  /** Part of the ids of its calls. */
  readonly life: string;
  /** `ledger`: as the server does. `months`: the writing end alone, with a clock in which a month is soon over. */
  readonly way: 'ledger' | 'months';
  /** The clock of `months` begins so many months after today. */
  readonly monthsAhead: number;
}

/** What it says; ids are those of calls. */
export type Said =
  /** Found open at its start, and ended. */
  | { readonly left: readonly string[] }
  /** The caller hears somebody: this must never be forgotten. */
  | { readonly answered: readonly string[] }
  /** All records are on disk. */
  | { readonly done: readonly string[] };

/** Calls that are up at the same time. */
const LIVE = 8;
/** Milliseconds of a month of the quick clock, in batches. */
const BATCHES_A_MONTH = 12;
const MONTH_MS = 31 * 86_400_000;

function say(said: Said): void {
  // Not process.stdout: what is said must have left the process before it is killed.
  writeSync(1, `${JSON.stringify(said)}\n`);
}

function recordsOf(callId: string, startedAt: number): readonly LedgerRecord[] {
  return [
    legRecord(`${callId}-1`, { callId, startedAt, role: 'caller', direction: 'in' }),
    legRecord(`${callId}-2`, { callId, startedAt }),
    transferRecord(`${callId}-t1`, { callId, requestedAt: startedAt, note: '停水' }),
    callRecord(callId, { startedAt }),
  ];
}

/** What the journal holds of a call. The records that are made of it later have the times that it had. */
interface Snapshot {
  readonly state: 'ringing' | 'answered' | 'leaving';
  readonly startedAt: number;
}

/** The records of a call that a life before left open. */
function recordsOfLeft({ callId, snapshot }: JournalledCall): readonly LedgerRecord[] {
  return recordsOf(callId, (snapshot as Snapshot).startedAt);
}

/** As the server does: journal and records by the open ledger, several calls in one commit. */
async function byLedger({ dir, life }: Job): Promise<never> {
  const opened = openLedger({ dir, commitMs: 1 });
  if (!opened.ok) throw new Error(opened.fault.message);
  const { ledger } = opened;
  const left = ledger.leftOpen();
  for (const call of left) ledger.append(recordsOfLeft(call), call.callId);
  await ledger.flush();
  say({ left: left.map(({ callId }) => callId) });
  for (let n = 0; ; n += LIVE) {
    const ids = Array.from({ length: LIVE }, (_, k) => `${life}-${n + k}`);
    const startedAt = Date.now();
    const journal = (callId: string, state: Snapshot['state']): void =>
      ledger.journal(callId, { state, startedAt } satisfies Snapshot);
    for (const callId of ids) journal(callId, 'ringing');
    for (const callId of ids) journal(callId, 'answered');
    await ledger.flush();
    say({ answered: ids });
    // Legs end one by one; the call's own record comes last.
    for (const callId of ids) {
      const records = recordsOf(callId, startedAt);
      ledger.append(records.slice(0, 2));
      journal(callId, 'leaving');
      ledger.append(records.slice(2), callId);
    }
    await ledger.flush();
    say({ done: ids });
  }
}

/** The writing end alone. The months that it gets to stay begun for the lives after it. */
async function byMonths({ dir, life, monthsAhead }: Job): Promise<never> {
  let now = Date.now() + monthsAhead * MONTH_MS;
  const store = new WriterStore({ folder: ledgerFolder(dir), now: () => now });
  let batch = store.lastBatch;
  const left = store.live.all();
  const write = (
    records: readonly LedgerRecord[],
    live: readonly string[],
    snapshot: Snapshot | null,
  ): void => {
    batch += 1;
    now += MONTH_MS / BATCHES_A_MONTH;
    const text = snapshot === null ? null : JSON.stringify(snapshot);
    const journal = live.map((callId) => ({ callId, snapshot: text, writtenAt: now }));
    store.commit({ number: batch, records, journal });
  };
  for (const call of left) write(recordsOfLeft(call), [call.callId], null);
  say({ left: left.map(({ callId }) => callId) });
  for (let n = 0; ; n += LIVE) {
    const ids = Array.from({ length: LIVE }, (_, k) => `${life}-${n + k}`);
    const startedAt = now;
    write([], ids, { state: 'answered', startedAt });
    say({ answered: ids });
    const records = ids.map((callId) => recordsOf(callId, startedAt));
    write(
      records.flatMap((all) => all.slice(0, 2)),
      ids,
      { state: 'leaving', startedAt },
    );
    // All over again, as after a crash between records and journal; the month may have turned meanwhile.
    write(records.flat(), ids, null);
    say({ done: ids });
    await turn();
  }
}

createInterface({ input: process.stdin }).once('line', (line) => {
  const job = JSON.parse(line) as Job;
  void (job.way === 'ledger' ? byLedger(job) : byMonths(job));
});
