import { describe, expect, it } from 'vitest';
import { TokenGuesses } from '../../../src/people/token-guesses.js';

const MINUTE = 60_000;

function desk() {
  const clock = { now: 1_000_000 };
  const locked: unknown[] = [];
  const guesses = new TokenGuesses({
    now: () => clock.now,
    limits: { attempts: 2, firstMs: MINUTE, mostMs: 60 * MINUTE },
    onLocked: (...what) => locked.push(what),
  });
  const guess = (count: number, source = '192.0.2.1', word = 'guess'): void => {
    for (let tried = 0; tried < count; tried++) guesses.wrong(`${word}-${tried}`, source);
  };
  return { guesses, guess, clock, locked };
}

describe('who guesses tokens', () => {
  it('is locked out by the address after ten of them, and sooner and for longer the next time', () => {
    const { guesses, guess, clock, locked } = desk();
    guess(9);
    expect(guesses.lockedFor('192.0.2.1')).toBe(0);
    guess(10);
    expect(guesses.lockedFor('192.0.2.1')).toBe(MINUTE);
    expect(guesses.lockedFor('192.0.2.2')).toBe(0);
    clock.now += MINUTE;
    expect(guesses.lockedFor('192.0.2.1')).toBe(0);
    guess(1, '192.0.2.1', 'another');
    expect(guesses.lockedFor('192.0.2.1')).toBe(2 * MINUTE);
    expect(locked).toEqual([
      ['192.0.2.1', MINUTE],
      ['192.0.2.1', 2 * MINUTE],
    ]);
  });

  it('is not who sends the same wrong token again and again', () => {
    const { guesses, locked } = desk();
    for (let tried = 0; tried < 1000; tried++) guesses.wrong('of-a-program-that-nobody-told', '192.0.2.1');
    expect(locked).toEqual([]);
  });

  it('is counted at each address by itself', () => {
    const { guess, locked } = desk();
    for (let address = 1; address < 9; address++) guess(9, `192.0.2.${address}`);
    expect(locked).toEqual([]);
  });
});
