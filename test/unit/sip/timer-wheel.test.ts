import { describe, expect, test } from 'vitest';
import { TICK_MS, TimerWheel } from '../../../src/sip/timer-wheel.js';
import { VirtualClock } from './support/virtual-clock.js';

const HOUR = 3_600_000;

function rig(): { clock: VirtualClock; wheel: TimerWheel; fired: { name: string; at: number }[] } {
  const clock = new VirtualClock();
  return { clock, wheel: new TimerWheel(clock), fired: [] };
}

describe('a timer wheel', () => {
  test.each([
    0,
    1,
    9,
    10,
    11,
    500,
    2559,
    2560,
    2561,
    32_000,
    163_840,
    163_841,
    3 * HOUR,
    200 * HOUR,
    900 * HOUR,
  ])('fires a timer of %i ms once, not early and at most a tick late', (ms) => {
    const { clock, wheel } = rig();
    clock.advance(1234);
    const armedAt = clock.now();
    const fired: number[] = [];
    wheel.setTimeout(() => fired.push(clock.now()), ms);
    clock.advance(ms + 10 * TICK_MS);
    expect(fired).toHaveLength(1);
    const late = (fired[0] ?? 0) - armedAt - ms;
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThanOrEqual(TICK_MS);
    expect([wheel.armed, clock.pending]).toEqual([0, 0]);
  });

  test('forgets a timer that is cleared, and takes no notice of one that has fired', () => {
    const { clock, wheel, fired } = rig();
    const note = (name: string) => () => fired.push({ name, at: clock.now() });
    const first = wheel.setTimeout(note('first'), 100);
    const second = wheel.setTimeout(note('second'), 100);
    wheel.clearTimeout(first);
    clock.advance(200);
    wheel.clearTimeout(second);
    wheel.clearTimeout(second);
    expect(fired.map(({ name }) => name)).toEqual(['second']);
    expect(wheel.armed).toBe(0);
  });

  test('has one timer beneath it, however many are armed, and wakes only when there is something to do', () => {
    const { clock } = rig();
    let asked = 0;
    const counting = new TimerWheel({
      now: () => clock.now(),
      setTimeout: (fn, ms) => {
        asked++;
        return clock.setTimeout(fn, ms);
      },
      clearTimeout: (handle) => clock.clearTimeout(handle),
    });
    for (let i = 0; i < 1000; i++) counting.setTimeout(() => undefined, HOUR);
    expect(clock.pending).toBe(1);
    clock.advance(2 * HOUR);
    // Once for each wheel that the timers are sorted through.
    expect(asked).toBeLessThan(6);
    expect([counting.armed, clock.pending]).toEqual([0, 0]);
  });

  test('lets a timer arm and clear others', () => {
    const { clock, wheel, fired } = rig();
    const never = wheel.setTimeout(() => fired.push({ name: 'never', at: 0 }), 100);
    wheel.setTimeout(() => {
      wheel.clearTimeout(never);
      wheel.setTimeout(() => fired.push({ name: 'at once', at: clock.now() }), 0);
    }, 100);
    clock.advance(1000);
    // In the same tick the order is open: the first may have fired before it was cleared.
    expect(fired.map(({ name }) => name).filter((name) => name !== 'never')).toEqual(['at once']);
  });

  test('keeps the others when one throws', () => {
    const { clock, wheel, fired } = rig();
    for (const name of ['a', 'b', 'c']) {
      wheel.setTimeout(() => {
        if (name === 'b') throw new Error('b');
        fired.push({ name, at: clock.now() });
      }, 50);
    }
    expect(() => clock.advance(100)).toThrow('b');
    clock.advance(100);
    expect(fired.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  test('does not heed the time of day', () => {
    const clock = new VirtualClock();
    let elapsed = 0;
    let shift = 0;
    const wheel = new TimerWheel({ ...bound(clock), now: () => clock.now() + shift }, () => elapsed);
    let fired = 0;
    wheel.setTimeout(() => fired++, 1000);
    shift = -HOUR;
    elapsed = 990;
    clock.advance(990);
    expect(fired).toBe(0);
    elapsed = 1000;
    clock.advance(10);
    expect(fired).toBe(1);
  });

  test('catches up after a long sleep of the machine', () => {
    const clock = new VirtualClock();
    let elapsed = 0;
    const wheel = new TimerWheel(clock, () => elapsed);
    const fired: number[] = [];
    for (const ms of [100, 5000, 400_000]) wheel.setTimeout(() => fired.push(ms), ms);
    elapsed = HOUR;
    clock.advance(100);
    expect(fired).toEqual([100, 5000, 400_000]);
    expect(clock.pending).toBe(0);
  });
});

const bound = (clock: VirtualClock) => ({
  setTimeout: (fn: () => void, ms: number) => clock.setTimeout(fn, ms),
  clearTimeout: (handle: object) => clock.clearTimeout(handle),
});

test.each([1, 2, 3, 4, 5])('agrees with a naive list of timers over a random history (seed %i)', (seed) => {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const clock = new VirtualClock();
  const wheel = new TimerWheel(clock);
  /** When each armed timer is due. */
  const model = new Map<number, number>();
  const handles = new Map<number, object>();
  const spans = [1, 40, 600, 2600, 35_000, 170_000, 12_000_000, 800_000_000];
  let id = 0;
  let open = true;
  const arm = (): void => {
    const own = ++id;
    const ms = random(spans[random(spans.length)] ?? 1);
    model.set(own, clock.now() + ms);
    const handle = wheel.setTimeout(() => {
      const due = model.get(own);
      // Undefined: it was cleared, or fires a second time.
      if (due === undefined) throw new Error(`timer ${own} must not fire`);
      expect(clock.now() - due).toBeGreaterThanOrEqual(0);
      expect(clock.now() - due).toBeLessThanOrEqual(TICK_MS);
      model.delete(own);
      if (open && random(3) === 0) arm();
      if (random(5) === 0) clear();
    }, ms);
    handles.set(own, handle);
  };
  const clear = (): void => {
    const own = 1 + random(id);
    wheel.clearTimeout(handles.get(own) ?? {});
    model.delete(own);
  };
  for (let step = 0; step < 3000; step++) {
    if (random(2) === 0) arm();
    if (random(3) === 0) clear();
    clock.advance(random(random(20) === 0 ? 500_000 : 300));
    for (const [own, due] of model) {
      if (clock.now() - due > TICK_MS) throw new Error(`timer ${own} is overdue`);
    }
    expect(wheel.armed).toBe(model.size);
  }
  open = false;
  clock.advance(900_000_000);
  expect([model.size, wheel.armed, clock.pending]).toEqual([0, 0, 0]);
});
