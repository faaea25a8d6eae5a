import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerCheck } from '../../../src/web/desk/phone/answer-check.js';
import type { PhoneCall } from '../../../src/web/desk/phone/phone-call.js';

describe('AnswerCheck', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const up: PhoneCall = { sipCallId: 'a', state: 'up', held: false, muted: false };
  const ringing: PhoneCall = { ...up, state: 'ringing' };

  function lostAfter(looks: readonly (readonly [PhoneCall | null, boolean, string | null])[]): number {
    const lost = vi.fn();
    const check = new AnswerCheck(lost);
    for (const look of looks) check.see(...look);
    vi.advanceTimersByTime(60_000);
    return lost.mock.calls.length;
  }

  it('ends a call that was answered on a connection that broke, and that the server gave to another desk', () => {
    const looks = [
      [ringing, true, null],
      [up, true, null],
      [up, false, null],
      [up, true, null],
      [up, true, null],
    ] as const;
    expect(lostAfter(looks)).toBe(1);
    expect(lostAfter([...looks.slice(0, 4), [up, true, 'another']])).toBe(1);
  });

  it('leaves a call that the server shows, or has shown before the connection broke', () => {
    expect(
      lostAfter([
        [up, false, null],
        [up, true, null],
        [up, true, 'a'],
      ]),
    ).toBe(0);
    expect(
      lostAfter([
        [up, true, 'a'],
        [up, false, 'a'],
        [up, true, null],
      ]),
    ).toBe(0);
  });

  it('leaves a call whose connection was always there, whatever the server shows', () => {
    expect(
      lostAfter([
        [ringing, true, null],
        [up, true, null],
      ]),
    ).toBe(0);
    expect(
      lostAfter([
        [up, false, null],
        [up, true, null],
        [null, true, null],
      ]),
    ).toBe(0);
  });
});
