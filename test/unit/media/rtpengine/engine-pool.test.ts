import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../src/media/log.js';
import { EnginePool, type PoolEngine } from '../../../../src/media/rtpengine/engine-pool.js';
import type { NgFailure } from '../../../../src/media/rtpengine/ng-reply.js';
import { FakeEngine, sdpOf } from './fake-engine.js';
import { settled, VirtualClock } from './virtual-clock.js';

const away: NgFailure = { kind: 'timeout', afterMs: 1500 };
let clock: VirtualClock;
let north: FakeEngine;
let south: FakeEngine;
let told: string[];
/** What the pool's owner does when an engine comes or goes. */
let onHealth: () => void;

function poolOf(engines: readonly Partial<PoolEngine>[]): EnginePool {
  return new EnginePool({
    engines: engines.map((engine) => ({
      name: 'north',
      port: north,
      weight: 1,
      parkingAddress: '127.0.0.1',
      spawned: false,
      ...engine,
    })),
    transcode: [],
    newSessionId: () => 1,
    log: silentLog,
    clock,
    onHealth: (engine, up, sessions) => {
      told.push(`${engine} ${up ? 'up' : 'down'} ${sessions.length}`);
      onHealth();
    },
    onRemade: (session, changes) => told.push(`${session.id} remade ${[...changes.keys()].join()}`),
  });
}

const age = (seconds: number) => ({ statistics: { totalstatistics: { uptime: String(seconds) } } });

beforeEach(() => {
  clock = new VirtualClock();
  north = new FakeEngine();
  south = new FakeEngine(40_000);
  told = [];
  onHealth = () => undefined;
});

describe('a new call', () => {
  it('goes to the engine with the fewest calls for its weight, and stays there', async () => {
    const pool = poolOf([{}, { name: 'south', port: south, weight: 3 }]);
    await pool.start();
    for (let number = 0; number < 8; number += 1) pool.open(`call-${number}`);
    expect(pool.status()).toEqual([
      { name: 'north', up: true, calls: 2, weight: 1 },
      { name: 'south', up: true, calls: 6, weight: 3 },
    ]);
    expect(pool.engineOf('call-0')).toBe('south');
    await pool.close('call-0');
    expect(pool.engineOf('call-0')).toBeNull();
    expect(south.take()).toContain('delete');
    pool.stop();
  });

  it('passes over an engine that does not answer, until it answers again', async () => {
    const pool = poolOf([{}, { name: 'south', port: south }]);
    north.fails = () => away;
    await pool.start();
    expect(told).toEqual(['north down 0', 'south up 0']);
    for (let number = 0; number < 4; number += 1) pool.open(`call-${number}`);
    expect(pool.status().map((engine) => engine.calls)).toEqual([0, 4]);
    north.fails = () => null;
    await clock.advance(1000);
    expect(told.at(-1)).toBe('north up 0');
    pool.open('next');
    expect(pool.engineOf('next')).toBe('north');
    pool.stop();
  });

  it('has no media when no engine answers', async () => {
    const pool = poolOf([{}]);
    expect(pool.open('early')).toBeNull();
    north.fails = () => away;
    await pool.start();
    expect(pool.open('call')).toBeNull();
    pool.stop();
  });
});

describe('an engine that was started anew', () => {
  it('is noticed by its age, and its calls are made again', async () => {
    const pool = poolOf([{}]);
    north.extra = age(100);
    await pool.start();
    const session = pool.open('call');
    await session?.offered('caller', sdpOf('192.0.2.1', 4000));
    await session?.park('caller');
    north.extra = age(105);
    await clock.advance(5000);
    expect(told).toEqual(['north up 0']);
    north.extra = age(1);
    north.forget();
    await clock.advance(5000);
    await settled();
    expect(told).toEqual(['north up 0', 'call remade caller']);
    for (let seconds = 6; seconds < 30; seconds += 5) {
      north.extra = age(seconds);
      await clock.advance(5000);
    }
    expect(told).toHaveLength(2);
    pool.stop();
  });

  it('by us is told, and not looked for', async () => {
    const pool = poolOf([{ spawned: true }]);
    await pool.start();
    await clock.advance(20_000);
    expect(new Set(north.take())).toEqual(new Set(['ping']));
    pool.open('call');
    await pool.restarted('north');
    expect(told).toEqual(['north up 0', 'call remade ']);
    pool.stop();
  });
});

it('calls of an engine that is gone move to another', async () => {
  const pool = poolOf([{}, { name: 'south', port: south, weight: 1 }]);
  await pool.start();
  const session = pool.open('call');
  expect(pool.engineOf('call')).toBe('north');
  await session?.offered('caller', sdpOf('192.0.2.1', 4000));
  await session?.park('caller');
  north.fails = () => away;
  await clock.advance(1000);
  expect(told).toContain('north down 1');
  expect(pool.stranded().map(({ id }) => id)).toEqual(['call']);
  expect(pool.answers()).toBe(true);
  const moved = await pool.move('call');
  expect(pool.stranded()).toEqual([]);
  expect(pool.engineOf('call')).toBe('south');
  expect(moved?.told('caller')).toContain('o=onekey 1 2 ');
  expect(told.at(-1)).toBe('call remade caller');
  expect(await pool.move('call')).toBeNull();
  expect(await pool.move('unknown')).toBeNull();
  pool.stop();
});

it('whoever is told that an engine is gone, or is back, knows at that moment which calls have none', async () => {
  const pool = poolOf([{}, { name: 'south', port: south, weight: 1 }]);
  await pool.start();
  pool.open('call');
  const seen: (readonly string[])[] = [];
  onHealth = () => seen.push([...pool.stranded().map(({ id }) => id), pool.answers() ? 'some' : 'none']);
  north.fails = () => away;
  await clock.advance(1000);
  south.fails = () => away;
  await clock.advance(1000);
  south.fails = () => null;
  await clock.advance(1000);
  north.fails = () => null;
  await clock.advance(1000);
  expect(seen).toEqual([['call', 'some'], ['call', 'none'], ['call', 'some'], ['some']]);
  pool.stop();
});

it('a call goes on after a restart of this program, on its engine', async () => {
  const pool = poolOf([{}]);
  const session = pool.open('call');
  expect(session).toBeNull();
  await pool.start();
  const kept = pool.open('call')?.snapshot();
  const next = poolOf([{}]);
  if (kept === undefined) throw new Error('no session');
  expect(next.restore('north', kept)?.id).toBe('call');
  expect(next.engineOf('call')).toBe('north');
  expect(next.restore('gone', kept)).toBeNull();
  pool.stop();
});

describe('a call of before a restart of this program, which its engine', () => {
  const unknown: NgFailure = { kind: 'refused', reason: 'Unknown call-id' };
  /** A pool that has the call from the snapshot of an earlier one; `answers`: its engine does. */
  async function restored(answers: boolean, others: readonly Partial<PoolEngine>[]): Promise<EnginePool> {
    const before = poolOf([{}]);
    await before.start();
    before.stop();
    const session = before.open('call');
    await session?.offered('caller', sdpOf('192.0.2.1', 4000));
    await session?.park('caller');
    const kept = session?.snapshot();
    if (kept === undefined) throw new Error('no session');
    told = [];
    north.forget();
    north.fails = (line) => (!answers ? away : line.startsWith('query') ? unknown : null);
    const pool = poolOf([{}, ...others]);
    await pool.start();
    expect(pool.restore('north', kept)?.id).toBe('call');
    return pool;
  }

  it('knows no more is made again there', async () => {
    const pool = await restored(true, []);
    await pool.revive('call');
    expect(told).toEqual(['north up 0', 'call remade caller']);
    expect(pool.engineOf('call')).toBe('north');
    pool.stop();
  });

  it('would have, which does not answer, is made again on another, and that one is used from then on', async () => {
    const pool = await restored(false, [{ name: 'south', port: south }]);
    const moved: string[] = [];
    await pool.revive('call', (session) => moved.push(session.id));
    expect(moved).toEqual(['call']);
    expect(told).toEqual(['north down 0', 'south up 0', 'call remade caller']);
    expect(pool.engineOf('call')).toBe('south');
    pool.stop();
  });

  it('has, which does not answer, where there is no other: it is asked for again when that is up', async () => {
    const pool = await restored(false, []);
    await pool.revive('call');
    expect(told).toEqual(['north down 0']);
    north.fails = (line) => (line.startsWith('query') ? unknown : null);
    await clock.advance(1000);
    await settled();
    expect(told).toEqual(['north down 0', 'north up 1', 'call remade caller']);
    pool.stop();
  });

  it('is not in the pool any more goes to another', async () => {
    const pool = await restored(true, []);
    const kept = pool.open('other')?.snapshot();
    if (kept === undefined) throw new Error('no session');
    expect(pool.restore('gone', { ...kept, callId: 'third' })?.id).toBe('third');
    expect(pool.engineOf('third')).toBe('north');
    pool.stop();
  });
});
