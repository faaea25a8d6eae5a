import type { Call, CallId, Leg, LegId } from '../call/call.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerRecord, LegRecord, MediaFigures } from '../ledger/records.js';
import type { Awaitable, MediaAnchor } from '../media/anchor.js';
import type { EngineClock } from './clock.js';
import type { KeptCall } from './journalled-call.js';
import type { EngineLog } from './log.js';

/** A media server answers within some milliseconds; one that does not is not waited for. */
const FIGURES_MS = 300;

export interface CallRecordsParts {
  readonly clock: EngineClock;
  readonly ledger: Pick<Ledger, 'journal' | 'append'>;
  readonly media: Pick<MediaAnchor, 'moves'>;
  readonly log: Pick<EngineLog, 'error'>;
  /** What is journalled beside the call, so that it can be gone on with. */
  kept(call: Call): KeptCall;
}

/** What a step leaves for the ledger. */
export interface StepRecords {
  /** The call before and after it. */
  readonly before: Call | null;
  readonly after: Call;
  readonly records: readonly LedgerRecord[];
  /** Records of calls that became part of this one: each closes its call. */
  readonly closing: readonly LedgerRecord[];
  /** The call is over; the last step that is taken. */
  readonly over: boolean;
}

/**
 * The ledger of one call. Records of legs wait for what the media server counted, and all later ones behind them;
 * the journal does not wait. As long as its record waits a leg is journalled as it was before it ended: whenever
 * the program is killed, each leg is in a record or in the journal.
 */
export class CallRecords {
  #call: Call | null = null;
  #over = false;
  /** Legs whose records wait, as they were before they ended. */
  readonly #waiting = new Map<LegId, Leg>();
  #last: Promise<void> | null = null;

  constructor(
    private readonly id: CallId,
    private readonly parts: CallRecordsParts,
  ) {}

  take({ before, after, records, closing, over }: StepRecords): void {
    this.#call = after;
    this.#over = over;
    const figures = this.#ask(before, records);
    if (!over) this.#journal();
    const { ledger } = this.parts;
    for (const record of closing) this.#inTurn(null, () => ledger.append([record], record.id));
    if (records.length === 0) return;
    const closes = over ? this.id : undefined;
    const media = new Map<LegId, MediaFigures | null>();
    const all = [...figures].map(async ([leg, asked]) => media.set(leg, await asked));
    this.#inTurn(all.length === 0 ? null : Promise.all(all), () => {
      ledger.append(
        records.map((record) => withMedia(record, media)),
        closes,
      );
      if (media.size === 0) return;
      for (const leg of media.keys()) this.#waiting.delete(leg);
      if (!this.#over) this.#journal();
    });
  }

  /** What was to be done is done: dialogs and media may be others than at the step. */
  done(): void {
    if (!this.#over) this.#journal();
  }

  /** Records from now on come after those that wait in `other`. */
  follow(other: CallRecords): void {
    const before = other.settled();
    if (before instanceof Promise) this.#inTurn(before, () => undefined);
  }

  /** Resolves when the ledger was given everything so far. */
  settled(): Awaitable<void> {
    if (this.#last !== null) return this.#last;
  }

  #journal(): void {
    const call = this.#call;
    if (call === null) return;
    const legs =
      this.#waiting.size === 0 ? call.legs : { ...call.legs, ...Object.fromEntries(this.#waiting) };
    this.parts.ledger.journal(this.id, { ...call, legs, kept: this.parts.kept(call) });
  }

  /** Ask what was counted for legs that end with this step, before the media server is told to forget them. */
  #ask(before: Call | null, records: readonly LedgerRecord[]): Map<LegId, Promise<MediaFigures | null>> {
    const asked = new Map<LegId, Promise<MediaFigures | null>>();
    const { moves } = this.parts.media;
    for (const { kind, id } of moves === null ? [] : records) {
      const leg = kind === 'leg' ? before?.legs[id] : undefined;
      const answer = leg === undefined ? null : (moves?.figures(this.id, id) ?? null);
      if (leg === undefined || answer === null) continue;
      asked.set(id, this.#soon(answer));
      this.#waiting.set(id, leg);
    }
    return asked;
  }

  #soon(answer: Promise<MediaFigures | null>): Promise<MediaFigures | null> {
    return new Promise((resolve) => {
      const timer = this.parts.clock.after(FIGURES_MS, () => resolve(null));
      const done = (figures: MediaFigures | null): void => {
        timer.cancel();
        resolve(figures);
      };
      answer.then(done, () => done(null));
    });
  }

  /** Write when `first` is done and everything before is written; at once where nothing is waited for. */
  #inTurn(first: Promise<unknown> | null, write: () => void): void {
    const before = this.#last;
    if (first === null && before === null) return write();
    const turn = Promise.all([first, before])
      .then(write)
      .catch((err) => this.parts.log.error({ err }, 'a record could not be given to the ledger'))
      .then(() => {
        if (this.#last === turn) this.#last = null;
      });
    this.#last = turn;
  }
}

function withMedia(record: LedgerRecord, media: ReadonlyMap<LegId, MediaFigures | null>): LedgerRecord {
  if (record.kind !== 'leg') return record;
  const figures = media.get(record.id) ?? null;
  return figures === null ? record : ({ ...record, media: figures } satisfies LegRecord);
}
