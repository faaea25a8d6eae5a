import type { Clock, TimerHandle } from './clock.js';

/** Resolution of the wheel: a timer fires up to this much late, never early; milliseconds. */
export const TICK_MS = 10;

/**
 * Four wheels, the finest first: 256 ticks of 10 ms (2.56 s), then three of 64 slots, each slot as long as the whole
 * wheel before it: 164 s, 2.9 hours, 7.8 days. What is further away waits in the last wheel and is sorted in again.
 */
const BITS = [8, 6, 6, 6] as const;
const LEVELS = BITS.map((bits, level) => ({
  /** Slots of this wheel, a power of two. */
  size: 2 ** bits,
  /** A slot is 2^shift ticks long, which is `span`. */
  shift: BITS.slice(0, level).reduce((sum, finer) => sum + finer, 0),
  span: 2 ** BITS.slice(0, level).reduce((sum, finer) => sum + finer, 0),
  /** Where its slots begin among those of all wheels. */
  first: BITS.slice(0, level).reduce((sum, finer) => sum + 2 ** finer, 0),
}));
const SLOTS = BITS.reduce((sum, bits) => sum + 2 ** bits, 0);
/** Ticks ahead that can be told apart. */
const HORIZON = 2 ** BITS.reduce((sum, bits) => sum + bits, 0);

/** An armed timer, a link in the ring of its slot; its own neighbour when it is in none. */
class WheelTimer {
  next: WheelTimer = this;
  previous: WheelTimer = this;

  constructor(
    public fn: (() => void) | null,
    /** The tick at which it fires. */
    readonly due: number,
  ) {}

  get linked(): boolean {
    return this.next !== this;
  }

  linkBefore(other: WheelTimer): void {
    this.next = other;
    this.previous = other.previous;
    other.previous.next = this;
    other.previous = this;
  }

  unlink(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.next = this;
    this.previous = this;
  }
}

/**
 * A clock whose timers sit in a hierarchical timing wheel, with one timer of the clock beneath it for all of them.
 * Arming and clearing cost the same however many there are. Timers that fall due in the same tick fire in no
 * particular order.
 */
export class TimerWheel implements Clock {
  /** The rings of all wheels, each with an entry of its own that is no timer. */
  private readonly slots = Array.from({ length: SLOTS }, () => new WheelTimer(null, 0));
  private count = 0;
  /** The last tick that was dealt with. */
  private current = 0;
  private readonly origin: number;
  private wake: { readonly handle: TimerHandle; readonly tick: number } | null = null;
  private turning = false;

  /**
   * @param beneath tells the time of day, and wakes the wheel.
   * @param elapsed milliseconds that never run backwards, whatever becomes of the time of day.
   */
  constructor(
    private readonly beneath: Clock,
    private readonly elapsed: () => number = () => beneath.now(),
  ) {
    this.origin = elapsed();
  }

  /** Timers that are armed. */
  get armed(): number {
    return this.count;
  }

  now(): number {
    return this.beneath.now();
  }

  setTimeout(fn: () => void, ms: number): TimerHandle {
    const wait = Number.isFinite(ms) ? Math.max(0, ms) : 0;
    const ticks = Math.ceil((this.elapsed() - this.origin + wait) / TICK_MS);
    const timer = new WheelTimer(fn, Math.max(ticks, this.current + 1));
    this.count++;
    this.place(timer);
    if (!this.turning && (this.wake === null || timer.due < this.wake.tick)) this.arm();
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    const timer = handle as WheelTimer;
    if (!timer.linked) return;
    timer.unlink();
    timer.fn = null;
    this.count--;
  }

  private place(timer: WheelTimer): void {
    const ahead = timer.due - this.current;
    // Beyond the horizon: the last slot that comes round.
    const tick = ahead < HORIZON ? timer.due : this.current + HORIZON - 1;
    // Bit operations look at the last 32 bits of a tick, of which the wheels use 26.
    const level = LEVELS.find(({ size, span }) => tick - this.current < size * span);
    if (level === undefined) return;
    const ring = this.slots[level.first + ((tick >>> level.shift) & (level.size - 1))];
    if (ring !== undefined) timer.linkBefore(ring);
  }

  /** The next tick, from the current one on, at which a slot has to be looked at; `null` when all are empty. */
  private nextTick(): number | null {
    if (this.count === 0) return null;
    let best: number | null = null;
    for (const { size, span, first } of LEVELS) {
      const here = Math.floor(this.current / span);
      // A slot of a coarser wheel is looked at when its time begins, so not the one that has begun.
      for (let step = span === 1 ? 0 : 1; step <= size; step++) {
        const tick = (here + step) * span;
        if (best !== null && tick >= best) break;
        if (this.slots[first + ((here + step) & (size - 1))]?.linked) {
          best = tick;
          break;
        }
      }
    }
    return best;
  }

  private arm(): void {
    if (this.wake !== null) this.beneath.clearTimeout(this.wake.handle);
    const tick = this.nextTick();
    if (tick === null) {
      this.wake = null;
      return;
    }
    const wait = Math.max(0, this.origin + tick * TICK_MS - this.elapsed());
    this.wake = { tick, handle: this.beneath.setTimeout(() => this.turn(), Math.ceil(wait)) };
  }

  /** Fires what is due. */
  private turn(): void {
    this.wake = null;
    this.turning = true;
    try {
      const target = Math.floor((this.elapsed() - this.origin) / TICK_MS);
      for (let tick = this.nextTick(); tick !== null && tick <= target; tick = this.nextTick()) {
        this.current = tick;
        this.sortIn(tick);
        this.fire(tick);
      }
      this.current = Math.max(this.current, target);
    } finally {
      // A timer that throws takes none of the others with it.
      this.turning = false;
      this.arm();
    }
  }

  /** Moves the timers of every coarser slot whose time begins with this tick to finer wheels. */
  private sortIn(tick: number): void {
    for (const { size, shift, span, first } of LEVELS.slice(1)) {
      if (tick % span !== 0) return;
      const ring = this.slots[first + ((tick >>> shift) & (size - 1))];
      if (ring?.linked !== true) continue;
      const timers: WheelTimer[] = [];
      for (let timer = ring.next; timer !== ring; timer = timer.next) timers.push(timer);
      for (const timer of timers) {
        timer.unlink();
        this.place(timer);
      }
    }
  }

  private fire(tick: number): void {
    const [finest] = LEVELS;
    const ring = finest === undefined ? undefined : this.slots[tick & (finest.size - 1)];
    while (ring?.linked) {
      const timer = ring.next;
      timer.unlink();
      this.count--;
      const { fn } = timer;
      timer.fn = null;
      fn?.();
    }
  }
}
