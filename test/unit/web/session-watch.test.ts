import { describe, expect, it } from 'vitest';
import { isOver, minutesLeft } from '../../../src/web/ops/session-watch.js';

const MINUTE = 60_000;

describe('a session as the page knows it', () => {
  it('is over at its end, or when the server was not asked for an hour', () => {
    const session = { endsAt: 720 * MINUTE, usedAt: 300 * MINUTE };
    expect(isOver(359 * MINUTE, session)).toBe(false);
    expect(isOver(360 * MINUTE, session)).toBe(true);
    expect(isOver(719 * MINUTE, { ...session, usedAt: 719 * MINUTE })).toBe(false);
    expect(isOver(720 * MINUTE, { ...session, usedAt: 719 * MINUTE })).toBe(true);
  });

  it('tells its last quarter of an hour', () => {
    const session = { endsAt: 720 * MINUTE };
    expect(minutesLeft(700 * MINUTE, session)).toBeNull();
    expect(minutesLeft(705 * MINUTE, session)).toBe(15);
    expect(minutesLeft(719.5 * MINUTE, session)).toBe(1);
  });
});
