import type { LedgerRecord, TransferRecord } from '../ledger/records.js';
import type { EngineFigures, TransferCount } from './operations.js';

type Gauges = Pick<
  EngineFigures,
  | 'liveCalls'
  | 'liveLegs'
  | 'liveTransfers'
  | 'admittedShare'
  | 'gatewaysUp'
  | 'recordingsActive'
  | 'recordingsFailed'
>;

/** Counters since the start of the process. */
export class Figures {
  #calls = 0;
  #refusedSources = 0;
  #unexpected = 0;
  readonly #callsByOutcome: Record<string, number> = {};
  readonly #transfers = new Map<string, TransferCount>();

  countCall(): void {
    this.#calls++;
  }

  countRefusedSource(): void {
    this.#refusedSources++;
  }

  countUnexpected(): void {
    this.#unexpected++;
  }

  count(record: LedgerRecord): void {
    if (record.kind === 'call') add(this.#callsByOutcome, record.outcome);
    else if (record.kind === 'transfer') this.#countTransfer(record);
  }

  #countTransfer({ mode, trigger, outcome }: TransferRecord): void {
    const key = `${mode} ${trigger} ${outcome}`;
    const count = (this.#transfers.get(key)?.count ?? 0) + 1;
    this.#transfers.set(key, { mode, trigger, outcome, count });
  }

  with(gauges: Gauges): EngineFigures {
    return {
      ...gauges,
      callsTotal: this.#calls,
      callsByOutcome: { ...this.#callsByOutcome },
      transfers: [...this.#transfers.values()],
      refusedSources: this.#refusedSources,
      unexpectedEvents: this.#unexpected,
    };
  }
}

function add(counters: Record<string, number>, key: string): void {
  counters[key] = (counters[key] ?? 0) + 1;
}
