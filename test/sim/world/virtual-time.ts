import type { Clock, TimerHandle } from '../../../src/sip/clock.js';

interface Entry {
  at: number;
  /** Entries of the same moment run in the order in which they were made. */
  readonly order: number;
  /** Null once it ran or was cleared. */
  fn: (() => void) | null;
}

/** Where virtual time begins; any moment will do. */
const START = Date.UTC(2030, 0, 1);
/** The loop of Node, taken before anybody replaces it. */
const nextTurn = setImmediate;

/**
 * Time that goes on as soon as nothing is left to do, and the order of everything that happens in it. Work of the
 * same turn (`soon`) goes before what has to wait; promises settle between two pieces of work.
 */
export class VirtualTime implements Clock {
  private time = START;
  private made = 0;
  /** A binary heap, the earliest first; cleared entries stay in it until they come up or are too many. */
  private heap: Entry[] = [];
  private cleared = 0;
  private turn: (() => void)[] = [];

  readonly now = (): number => this.time;

  /** Timers that are armed. */
  get pending(): number {
    return this.heap.length - this.cleared;
  }

  /** Runs `fn` after everything that is already to be done at this moment. */
  readonly soon = (fn: () => void): void => {
    this.turn.push(fn);
  };

  setTimeout(fn: () => void, ms: number): TimerHandle {
    this.made += 1;
    const entry: Entry = { at: this.time + Math.max(0, ms), order: this.made, fn };
    this.heap.push(entry);
    this.rise(this.heap.length - 1);
    return entry;
  }

  clearTimeout(handle: TimerHandle): void {
    const entry = handle as Entry;
    if (entry.fn === null) return;
    entry.fn = null;
    this.cleared += 1;
    if (this.cleared > 1000 && this.cleared > this.heap.length / 2) this.sweep();
  }

  /**
   * Lets time go on until `done` says so or nothing is left that could happen; resolves to whether `done` did.
   * Rejects with whatever a piece of work throws.
   */
  run(done: () => boolean = () => false): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          if (done()) resolve(true);
          else if (this.turn.length > 0 || this.next()) {
            const turn = this.turn;
            this.turn = [];
            this.work(turn, 0, step, reject);
          } else resolve(false);
        } catch (error) {
          reject(error);
        }
      };
      nextTurn(step);
    });
  }

  /** Lets `ms` milliseconds go by. */
  async pass(ms: number): Promise<void> {
    let over = false;
    this.setTimeout(() => {
      over = true;
    }, ms);
    await this.run(() => over);
  }

  /** One piece of work in each turn of Node's loop, so that the promises and ticks it left behind run in between. */
  private work(
    turn: readonly (() => void)[],
    at: number,
    then: () => void,
    failed: (error: unknown) => void,
  ): void {
    try {
      turn[at]?.();
    } catch (error) {
      failed(error);
      return;
    }
    if (at + 1 < turn.length) nextTurn(() => this.work(turn, at + 1, then, failed));
    else nextTurn(then);
  }

  /** Moves on to the next timer and puts it to work; false when there is none. */
  private next(): boolean {
    for (;;) {
      const [first] = this.heap;
      if (first === undefined) return false;
      this.removeFirst();
      if (first.fn === null) {
        this.cleared -= 1;
        continue;
      }
      this.time = first.at;
      this.turn.push(first.fn);
      first.fn = null;
      return true;
    }
  }

  private sweep(): void {
    this.heap = this.heap.filter((entry) => entry.fn !== null).sort(inOrder);
    this.cleared = 0;
  }

  private rise(index: number): void {
    const { heap } = this;
    const entry = heap[index];
    let at = index;
    while (entry !== undefined && at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || inOrder(parent, entry) <= 0) break;
      heap[at] = parent;
      at = up;
    }
    if (entry !== undefined) heap[at] = entry;
  }

  private removeFirst(): void {
    const { heap } = this;
    const entry = heap.pop();
    if (entry === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const down = right !== undefined && inOrder(right, left) < 0 ? right : left;
      if (inOrder(entry, down) <= 0) break;
      heap[at] = down;
      at = down === left ? 2 * at + 1 : 2 * at + 2;
    }
    heap[at] = entry;
  }
}

const inOrder = (a: Entry, b: Entry): number => a.at - b.at || a.order - b.order;
