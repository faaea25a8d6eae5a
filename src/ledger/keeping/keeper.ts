import { errorText, type LedgerLog } from '../faults.js';
import type { Ledger } from '../ledger.js';
import { type Month, MonthCalendar } from '../month.js';
import { Holds } from './holds.js';
import { deleteOldMonths } from './retention.js';

/** What the keeper works with. */
export interface KeeperParts {
  /** Folder of the ledger. */
  readonly folder: string;
  readonly ledger: Pick<Ledger, 'append' | 'flush'>;
  /** Whole months that are kept besides the current one; 0 keeps all. */
  readonly retentionMonths: number;
  /** Time zone of the months; IANA name. */
  readonly timezone: string;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly log: LedgerLog;
}

const EVERY_MS = 60_000;

/** Keeps the ledger by its rules while the server runs: months go when their time is over, holds are audited. */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #holds: Holds;
  readonly #calendar: MonthCalendar;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> | null = null;
  /** Months are looked at once a day: nothing else makes one old. */
  #lookedOn = '';

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#holds = new Holds(parts.folder);
    this.#calendar = new MonthCalendar(parts.timezone);
  }

  /** Begin, now and then every minute. */
  start(): void {
    void this.look();
    this.#timer = setInterval(() => void this.look(), EVERY_MS);
    this.#timer.unref();
  }

  /** Look once; never rejects. */
  look(): Promise<void> {
    this.#working ??= this.#look()
      .catch((error: unknown) => this.#parts.log.error(errorText(error), 'ledger: keeping it failed'))
      .finally(() => {
        this.#working = null;
      });
    return this.#working;
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#working;
  }

  async #look(): Promise<void> {
    const { ledger, now, retentionMonths } = this.#parts;
    const audits = this.#holds.unaudited();
    if (audits.length > 0) {
      ledger.append(audits);
      await ledger.flush();
      this.#holds.audited(audits);
    }
    const day = new Date(now()).toISOString().slice(0, 10);
    if (day === this.#lookedOn) return;
    const month: Month = this.#calendar.monthOf(now());
    await deleteOldMonths({ ...this.#parts, holds: this.#holds }, month, retentionMonths, now());
    this.#lookedOn = day;
  }
}
