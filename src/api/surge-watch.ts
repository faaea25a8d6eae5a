import { Counter, Gauge, type Registry } from 'prom-client';
import type { LiveEvent, Operations } from '../engine/operations.js';
import type { LedgerReader } from '../ledger/ledger-reader.js';
import { type Hour, hourOf } from '../ledger/statistics/hours.js';
import { SurgeDetector } from '../ledger/statistics/surge.js';
import type { ActiveSurge, Subject, SurgeNews, SurgeSettings } from '../ledger/statistics/surge-types.js';
import { timesBefore, UsualTable } from '../ledger/statistics/usual.js';

const MINUTE_MS = 60_000;

export interface SurgeWatchParts {
  readonly settings: SurgeSettings;
  readonly operations: Pick<Operations, 'subscribe'>;
  readonly ledger: Pick<LedgerReader, 'statistics'>;
  /** Tells those who watch the live events. */
  announce(detail: LiveEvent['detail']): void;
  readonly clock: {
    /** UTC milliseconds. */
    now(): number;
    after(ms: number, fire: () => void): { cancel(): void };
  };
  readonly log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
}

/**
 * Counts what comes from the live events, learns once an hour from the statistics what is usual, and looks once a minute
 * for surges: each begins and ends with a live event and a line in the log.
 */
export class SurgeWatch {
  readonly #detector: SurgeDetector;
  #unsubscribe: () => void = () => undefined;
  #timer: { cancel(): void } | null = null;
  #usual: UsualTable | null = null;
  /** Hour that was asked about last, with whatever result. */
  #learned: Hour | null = null;
  #stopped = false;
  #begun = 0;

  constructor(private readonly parts: SurgeWatchParts) {
    this.#detector = new SurgeDetector(parts.settings);
  }

  start(): void {
    this.#unsubscribe = this.parts.operations.subscribe((event) => this.#hear(event));
    this.#inAMinute();
    void this.#learn();
  }

  /** Surges that are on. */
  get active(): readonly ActiveSurge[] {
    return this.#detector.active;
  }

  /** Surges that have begun since the start. */
  get begun(): number {
    return this.#begun;
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    this.#timer?.cancel();
  }

  #hear({ type, at, detail }: LiveEvent): void {
    const subject = subjectOf(type, detail);
    if (subject !== null) this.#detector.arrived(subject, at);
  }

  #inAMinute(): void {
    const { clock } = this.parts;
    this.#timer = clock.after(MINUTE_MS - (clock.now() % MINUTE_MS), () => {
      this.#look();
      if (!this.#stopped) this.#inAMinute();
    });
  }

  #look(): void {
    const now = this.parts.clock.now();
    const hour = hourOf(now);
    if (this.#learned !== hour) void this.#learn();
    // What was usual in another hour tells nothing of this one.
    const usual = this.#usual?.hour === hour ? this.#usual : null;
    for (const news of this.#detector.check(now, usual)) this.#tell(news);
  }

  async #learn(): Promise<void> {
    const hour = hourOf(this.parts.clock.now());
    this.#learned = hour;
    try {
      this.#usual = UsualTable.of(
        hour,
        await this.parts.ledger.statistics('arrivals', { times: timesBefore(hour) }),
      );
    } catch (error) {
      // The next minute tries again.
      this.#learned = null;
      if (!this.#stopped)
        this.parts.log.warn({ err: error }, 'surges: the ledger did not tell what is usual');
    }
  }

  #tell({ state, surge }: SurgeNews): void {
    if (state === 'began') this.#begun += 1;
    const { of, name, minutes, count, sinceAt } = surge;
    const expected = Math.round(surge.expected * 10) / 10;
    const score = Math.round(surge.score * 10) / 10;
    this.parts.announce({ state, of, name, minutes, count, expected, score });
    const detail = { of, name, minutes, count, expected, score, sinceAt };
    if (state === 'began') this.parts.log.warn(detail, 'surge: more comes than is usual');
    else this.parts.log.info(detail, 'surge: over');
  }
}

/** Whom a call is for, or what a transfer is about. */
function subjectOf(type: LiveEvent['type'], detail: LiveEvent['detail']): Subject | null {
  const { member, matter, callBackOf } = detail;
  // Whom we call back has not called.
  if (type === 'call-started')
    return typeof member === 'string' && typeof callBackOf !== 'string'
      ? { of: 'member', name: member }
      : null;
  const named = type === 'transfer-requested' || type === 'alert-raised';
  return named && typeof matter === 'string' && matter !== '' ? { of: 'matter', name: matter } : null;
}

/** Figures of the surges for Prometheus. */
export function addSurgeMetrics(registry: Registry, watch: Pick<SurgeWatch, 'active' | 'begun'>): void {
  new Gauge({
    name: 'onekey_surge',
    help: 'Surges that are on, of members and matters: what came in their window by what is usual',
    registers: [registry],
    labelNames: ['of', 'name'],
    collect() {
      this.reset();
      for (const { of, name, count, expected } of watch.active)
        this.set({ of, name }, count / Math.max(1, expected));
    },
  });
  new Counter({
    name: 'onekey_surges_total',
    help: 'Surges that have begun',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(watch.begun);
    },
  });
}
