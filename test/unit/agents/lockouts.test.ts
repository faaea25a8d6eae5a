import { beforeEach, describe, expect, it } from 'vitest';
import { type Lockout, Lockouts } from '../../../src/agents/lockouts.js';

let now = 0;
let told: Lockout[] = [];
let lockouts: Lockouts;

function fail(times: number, account = 'li-na', source = '10.0.0.9'): void {
  for (let i = 0; i < times; i++) lockouts.failed(account, source);
}

beforeEach(() => {
  now = 1_000_000;
  told = [];
  lockouts = new Lockouts({
    now: () => now,
    limits: { attempts: 5, firstMs: 30_000, mostMs: 200_000 },
    onLocked: (lockout) => told.push(lockout),
    most: 100,
  });
});

const secondsLeft = (account = 'li-na', source = '10.0.0.9'): number =>
  ((lockouts.lockedUntil(account, source) ?? now) - now) / 1000;

describe('an account', () => {
  it('is locked by the fifth wrong password in a row', () => {
    fail(4);
    expect(secondsLeft()).toBe(0);
    fail(1);
    expect(secondsLeft()).toBe(30);
    expect(told).toEqual([
      { account: 'li-na', source: '10.0.0.9', failures: 5, times: 1, until: now + 30_000 },
    ]);
    now += 30_000;
    expect(secondsLeft()).toBe(0);
  });

  it('is locked twice as long by each further one, up to the longest', () => {
    fail(5);
    const lengths = Array.from({ length: 5 }, () => {
      now += secondsLeft() * 1000;
      fail(1);
      return secondsLeft();
    });
    expect(lengths).toEqual([60, 120, 200, 200, 200]);
  });

  it('is free for others, and others are free for the one who guesses', () => {
    fail(5);
    expect(secondsLeft('li-na', '10.0.0.10')).toBe(0);
    expect(secondsLeft('chen')).toBe(0);
    expect(lockouts.current().map(({ account, source }) => [account, source])).toEqual([
      ['li-na', '10.0.0.9'],
    ]);
  });

  it('is as before after the right password, after a long silence, or once it was changed', () => {
    fail(4);
    lockouts.succeeded('li-na', '10.0.0.9');
    fail(4);
    now += 200_001;
    fail(4);
    expect(secondsLeft()).toBe(0);
    fail(1);
    expect(secondsLeft()).toBe(30);
    lockouts.forgive('li-na');
    expect(secondsLeft()).toBe(0);
    expect(lockouts.current()).toEqual([]);
  });
});

it('as many pairs are kept as was said, the latest', () => {
  for (let i = 0; i < 300; i++) fail(5, 'li-na', `10.1.0.${i}`);
  expect(lockouts.current()).toHaveLength(100);
  expect(secondsLeft('li-na', '10.1.0.299')).toBe(30);
  expect(secondsLeft('li-na', '10.1.0.0')).toBe(0);
});
