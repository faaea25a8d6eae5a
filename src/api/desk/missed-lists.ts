import type { LedgerReader } from '../../ledger/ledger-reader.js';
import { missedCalls } from '../missed-calls.js';
import type { DeskMissedCall } from './desk-state.js';

/** How far back desks look; milliseconds. */
const BACK_MS = 3 * 24 * 3_600_000;
/** Callers that a desk is shown. */
const SHOWN = 20;
/** A list is read anew at most this often; milliseconds. */
const FRESH_MS = 5_000;
/** Within this time the ledger has what has just happened; milliseconds. */
const WRITTEN_MS = 1_000;

interface List {
  calls: readonly Omit<DeskMissedCall, 'beingCalled'>[];
  readAt: number;
  reading: boolean;
}

/** Whom the desks of each member should call back, as the ledger knows it: one list for all desks of a member. */
export class MissedLists {
  readonly #lists = new Map<string, List>();
  #again: ReturnType<typeof setTimeout> | undefined;

  /** @param onRead a list has come that may be another */
  constructor(
    private readonly ledger: LedgerReader,
    private readonly now: () => number,
    private readonly onRead: () => void,
  ) {}

  /**
   * What is known now; a list that is old is read anew, and `onRead` tells when it is there.
   *
   * @param beingCalled missed calls whose callers are being called back
   */
  of(member: string, beingCalled: ReadonlySet<string>): readonly DeskMissedCall[] {
    const list = this.#lists.get(member) ?? { calls: [], readAt: Number.NEGATIVE_INFINITY, reading: false };
    this.#lists.set(member, list);
    if (!list.reading && this.now() - list.readAt >= FRESH_MS) void this.#read(member, list);
    return list.calls.map((call) => ({ ...call, beingCalled: beingCalled.has(call.id) }));
  }

  /** Something was done about a call: the next look reads anew, and another one once the ledger surely has it. */
  changed(): void {
    this.#lookAgain();
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#lookAgain(), WRITTEN_MS);
    this.#again.unref();
  }

  close(): void {
    clearTimeout(this.#again);
  }

  #lookAgain(): void {
    for (const list of this.#lists.values()) list.readAt = Number.NEGATIVE_INFINITY;
    this.onRead();
  }

  async #read(member: string, list: List): Promise<void> {
    list.reading = true;
    try {
      const from = this.now() - BACK_MS;
      const found = await missedCalls(this.ledger, { member, from, limit: SHOWN });
      list.calls = found.flatMap(({ id, lastAt, callerNumber, times, attempts }) => {
        const [last] = attempts;
        const lastAttempt = last === undefined ? null : { at: last.endedAt, by: last.by, cause: last.cause };
        return callerNumber === null ? [] : [{ id, at: lastAt, number: callerNumber, times, lastAttempt }];
      });
      this.onRead();
    } catch {
      // The ledger is busy: the old list stands until it is not.
    } finally {
      list.readAt = this.now();
      list.reading = false;
    }
  }
}
