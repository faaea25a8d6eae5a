import { describe, expect, it } from 'vitest';
import { shareDone, timeLeft } from '../../../src/cli/ledger/export-progress.js';

const SPAN = { from: 1000, to: 3000 };

describe('how far an export has come', () => {
  it.each([
    [1500, false, 0.25],
    [1500, true, 0.75],
    [500, false, 0],
    [9000, false, 1],
  ])('at %d, newest first %s, is %d', (at, newest, share) => {
    expect(shareDone(at, SPAN, newest)).toBe(share);
  });

  it('cannot be told before the first record, nor of no time at all', () => {
    expect(shareDone(null, SPAN, false)).toBeNull();
    expect(shareDone(1000, undefined, false)).toBeNull();
    expect(shareDone(1000, { from: 1000, to: 1000 }, false)).toBeNull();
  });

  it.each([
    [null, 5000, 'counting'],
    [0.001, 5000, '0 %'],
    [0.25, 10_000, '25 %, about 30 s left'],
    [0.1, 60_000, '10 %, about 9 min 0 s left'],
    [1, 60_000, '100 %, about 0 s left'],
  ])('%s after %d ms is told as %s', (share, elapsed, text) => {
    expect(timeLeft(share, elapsed)).toBe(text);
  });
});
