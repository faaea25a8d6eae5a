import type { LedgerRecord } from '../ledger/records.js';
import type { EngineFigures } from './operations.js';

type Gauges = Pick<EngineFigures, 'liveCalls' | 'liveLegs' | 'liveTransfers' | 'gatewaysUp'>;

/** Counters since the start of the process. */
export class Figures {
  #calls = 0;
  #refusedSources = 0;
  #unexpected = 0;
  readonly #callsByOutcome: Record<string, number> = {};
  readonly #transfersByOutcome: Record<string, number> = {};

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
    else if (record.kind === 'transfer') add(this.#transfersByOutcome, record.outcome);
  }

  with(gauges: Gauges): EngineFigures {
    return {
      ...gauges,
      callsTotal: this.#calls,
      callsByOutcome: { ...this.#callsByOutcome },
      transfersByOutcome: { ...this.#transfersByOutcome },
      refusedSources: this.#refusedSources,
      unexpectedEvents: this.#unexpected,
    };
  }
}

function add(counters: Record<string, number>, key: string): void {
  counters[key] = (counters[key] ?? 0) + 1;
}
