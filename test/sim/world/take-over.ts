import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { TimerHandle } from '../../../src/sip/clock.js';
import { drawFrom } from '../../../src/sip/random.js';
import type { Seeded } from './seeded.js';
import type { VirtualTime } from './virtual-time.js';

const require = createRequire(import.meta.url);
const net = require('node:net') as { connect: (...args: never[]) => Socket };

/** What Node gives back for a timer, as far as libraries use it. */
class WorldTimer {
  handle: TimerHandle | null = null;
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

export interface TakeOver {
  readonly time: VirtualTime;
  readonly random: Seeded;
  /** Answers `net.connect` to this host, and to no other. */
  readonly host: string;
  readonly connect: () => Socket;
}

/**
 * Puts the clock, the timers and the randomness of this process under the world, for libraries that take them from
 * Node, and leads their connections to `host` into it. Returns what gives everything back.
 */
export function takeOver({ time, random, host, connect }: TakeOver): () => void {
  const kept = [
    ...keep(globalThis, timersOf(time)),
    ...keep(globalThis, { Date: dateOf(time) }),
    ...keep(Math, { random: random.next }),
    ...keep(performance, { now: () => time.now() }),
    ...keep(net, { connect: connectOf(net.connect, host, connect) }),
  ];
  drawFrom(random.fill);
  return () => {
    for (const giveBack of kept) giveBack();
    drawFrom(null);
  };
}

/** Replaces properties; returns what puts the old ones back. */
function keep(owner: object, replacements: object): (() => void)[] {
  return Object.entries(replacements).map(([name, value]) => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    return () => {
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, before);
    };
  });
}

function timersOf(time: VirtualTime): object {
  type Act = (...args: unknown[]) => void;
  const clear = (timer: unknown): void => {
    if (!(timer instanceof WorldTimer) || timer.handle === null) return;
    time.clearTimeout(timer.handle);
    timer.handle = null;
  };
  const arm = (timer: WorldTimer, fn: () => void, ms: number, again: boolean): void => {
    timer.handle = time.setTimeout(() => {
      if (again) arm(timer, fn, ms, true);
      fn();
    }, ms);
  };
  const later =
    (again: boolean) =>
    (fn: Act, ms = 0, ...args: unknown[]): WorldTimer => {
      const timer = new WorldTimer();
      arm(timer, () => fn(...args), Math.max(1, ms), again);
      return timer;
    };
  const setImmediate = (fn: Act, ...args: unknown[]): { cleared: boolean } => {
    const handle = { cleared: false };
    time.soon(() => {
      if (!handle.cleared) fn(...args);
    });
    return handle;
  };
  const clearImmediate = (handle: { cleared: boolean }): void => {
    handle.cleared = true;
  };
  return {
    setTimeout: later(false),
    setInterval: later(true),
    clearTimeout: clear,
    clearInterval: clear,
    setImmediate,
    clearImmediate,
  };
}

function dateOf(time: VirtualTime): DateConstructor {
  const RealDate = Date;
  return new Proxy(RealDate, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [time.now()] : args),
    get: (target, name) => (name === 'now' ? time.now : Reflect.get(target, name)),
  });
}

function connectOf(
  real: (...args: never[]) => Socket,
  host: string,
  connect: () => Socket,
): (...args: never[]) => Socket {
  return (...args) => {
    const [options] = args as unknown as [{ host?: string } | undefined];
    return options?.host === host ? connect() : real(...args);
  };
}
