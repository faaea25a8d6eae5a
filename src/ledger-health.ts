import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { LedgerTrouble } from './ledger/faults.js';

/** What people who watch are told when it changes. */
export type LedgerNews =
  | {
      readonly type: 'ledger-refused';
      readonly detail: { readonly code: string; readonly keptIn: 'memory' | 'spool' };
    }
  | { readonly type: 'ledger-back'; readonly detail: Readonly<Record<string, never>> };

/** What the ledger's disk refuses at present. */
interface Refusal {
  readonly message: string;
  /** Entries that wait in memory, or records in the spool. */
  readonly waiting: number;
}

/** An entry shall be on disk within 20 ms. */
const DURABLE_SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10];

/**
 * How it stands with the disk of the ledger, for health, figures and events. Calls go on in any case: what cannot be
 * written waits in memory, or on another disk.
 */
export class LedgerHealth {
  #memory: Refusal | null = null;
  #spool: Refusal | null = null;
  #refusals = 0;
  #overflowed = 0;
  #damaged = 0;
  readonly #waits = new Histogram({
    name: 'onekey_ledger_durable_seconds',
    help: 'From giving the oldest entry of a commit to the ledger until it was on disk',
    buckets: DURABLE_SECONDS,
    registers: [],
  });

  /** `onNews` is told when the disk begins to refuse and when it is well again. */
  constructor(private readonly onNews: (news: LedgerNews) => void) {}

  /** Something that the ledger tells. */
  readonly hear = (trouble: LedgerTrouble): void => {
    const wasWell = this.#memory === null && this.#spool === null;
    switch (trouble.kind) {
      case 'refused':
        this.#refusals += 1;
        this.#memory = trouble;
        break;
      case 'recovered':
        this.#memory = null;
        break;
      case 'spooling':
        this.#refusals += 1;
        this.#spool = { message: trouble.message, waiting: trouble.records };
        break;
      case 'caught-up':
        this.#spool = null;
        this.#damaged += trouble.damaged;
        break;
      case 'overflow':
        this.#overflowed += trouble.records.length;
        break;
      case 'conflict':
      case 'not-json':
        break;
    }
    const isWell = this.#memory === null && this.#spool === null;
    if (wasWell && (trouble.kind === 'refused' || trouble.kind === 'spooling')) {
      const keptIn = trouble.kind === 'refused' ? 'memory' : 'spool';
      this.onNews({ type: 'ledger-refused', detail: { code: trouble.code, keptIn } });
    }
    if (isWell && !wasWell) this.onNews({ type: 'ledger-back', detail: {} });
  };

  /** How long the oldest entry of a commit waited until it was on disk; milliseconds. */
  readonly hearDurable = (waitedMs: number): void => {
    this.#waits.observe(waitedMs / 1000);
  };

  /** What is wrong, one line each, for people. */
  problems(): readonly string[] {
    const lines: string[] = [];
    if (this.#spool !== null)
      lines.push(
        `the ledger cannot write: ${this.#spool.message}; ${this.#spool.waiting} records are in the spool`,
      );
    if (this.#memory !== null)
      lines.push(
        `the ledger cannot write: ${this.#memory.message}; ${this.#memory.waiting} entries wait in memory`,
      );
    if (this.#overflowed > 0)
      lines.push(`${this.#overflowed} records are not in the ledger, for want of room: they are in the log`);
    if (this.#damaged > 0)
      lines.push(`${this.#damaged} entries of the ledger's spool were damaged and are lost`);
    return lines;
  }

  /** Adds figures to a Prometheus registry; read when it is scraped. */
  addMetrics(registry: Registry): void {
    registry.registerMetric(this.#waits);
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    };
    const well = (): number => Number(this.#memory === null && this.#spool === null);
    gauge('onekey_ledger_writable', 'Whether the disk of the ledger takes what is written: 1 or 0', well);
    const memory = 'Entries of the ledger that wait in memory while its disk refuses';
    gauge('onekey_ledger_waiting_entries', memory, () => this.#memory?.waiting ?? 0);
    const spool = 'Records of the ledger that wait in the spool while its disk refuses';
    gauge('onekey_ledger_spooled_records', spool, () => this.#spool?.waiting ?? 0);

    const counter = (name: string, help: string, read: () => number): void => {
      new Counter({
        name,
        help,
        registers: [registry],
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    };
    counter('onekey_ledger_refusals_total', 'Attempts to write that the disk refused', () => this.#refusals);
    const lost = 'Records that are in the log only, because too many waited in memory';
    counter('onekey_ledger_overflowed_records_total', lost, () => this.#overflowed);
  }
}
