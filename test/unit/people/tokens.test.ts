import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf, madeSecret, type StoredToken } from '../../../src/people/token.js';
import { Tokens } from '../../../src/people/tokens.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = 1_700_000_000_000;
const secret = madeSecret();
const before = madeSecret();

function token(changes: Partial<StoredToken> = {}): StoredToken {
  return {
    name: 'wall',
    role: 'viewer',
    members: ['city-12345'],
    createdAt: START,
    createdBy: 'root',
    revokedAt: null,
    secrets: [{ digest: digestOf(secret), madeAt: START, endsAt: START + 90 * DAY, usedAt: null }],
    ...changes,
  };
}

/** The token after a change of its secret: the one before holds for a day more. */
const rotated = token({
  secrets: [
    { digest: digestOf(secret), madeAt: START, endsAt: START + 90 * DAY, usedAt: null },
    { digest: digestOf(before), madeAt: START - DAY, endsAt: START + DAY, usedAt: START - HOUR },
  ],
});

let now = START;
let told: unknown[] = [];
beforeEach(() => {
  now = START;
  told = [];
});

function room(...tokens: readonly StoredToken[]): Tokens {
  return new Tokens(
    {
      now: () => now,
      random: (bytes) => Buffer.alloc(bytes, 7),
      onUsedAfterEnd: (...what) => told.push(['used', ...what]),
      onEndsSoon: (...what) => told.push(['soon', ...what]),
    },
    tokens,
  );
}

describe('a secret', () => {
  it('has 256 bits of chance behind a beginning that tells what it is', () => {
    expect(secret).toMatch(/^onekey_[\w-]{43}$/);
    expect(madeSecret()).not.toBe(secret);
    expect(digestOf(secret)).not.toContain(secret);
  });
});

describe('a token', () => {
  it('is known by its secret, with role and members; nothing else is', () => {
    const tokens = room(token());
    expect(tokens.find(secret)).toEqual({
      kind: 'held',
      name: 'wall',
      role: 'viewer',
      members: ['city-12345'],
      pass: expect.any(String),
    });
    for (const guess of ['', secret.slice(0, -1), `${secret}x`, digestOf(secret), 'x'.repeat(10_000)])
      expect(tokens.find(guess)).toEqual({ kind: 'unknown' });
  });

  it('expires at its end', () => {
    const tokens = room(token());
    now = START + 90 * DAY - 1;
    expect(tokens.find(secret).kind).toBe('held');
    now += 1;
    expect(tokens.find(secret)).toEqual({ kind: 'expired', name: 'wall' });
  });

  it('holds with both secrets while one is exchanged for the other, then with the new one alone', () => {
    const tokens = room(rotated);
    expect([tokens.find(secret).kind, tokens.find(before).kind]).toEqual(['held', 'held']);
    now = START + DAY;
    expect(tokens.find(before)).toEqual({ kind: 'replaced', name: 'wall' });
    expect(tokens.find(secret).kind).toBe('held');
  });

  it('holds no more when it was revoked, whatever its secrets say', () => {
    expect(room(token({ revokedAt: START })).find(secret)).toEqual({ kind: 'revoked', name: 'wall' });
  });
});

describe('what was let in by a token', () => {
  it.each([
    ['is revoked', (tokens: Tokens) => tokens.replace([token({ revokedAt: START })])],
    ['is gone', (tokens: Tokens) => tokens.replace([])],
    [
      'has expired',
      (tokens: Tokens) => {
        now = START + 90 * DAY;
        tokens.look();
      },
    ],
  ])('ends when the token %s', (_what, change) => {
    const tokens = room(token());
    const ended: string[] = [];
    tokens.onEnded((pass) => ended.push(pass));
    const found = tokens.find(secret);
    tokens.look();
    expect(ended).toEqual([]);
    change(tokens);
    tokens.look();
    expect(ended).toEqual([found.kind === 'held' ? found.pass : 'not held']);
  });

  it('goes on by the new secret when the old one ends', () => {
    const tokens = room(rotated);
    const ended: string[] = [];
    tokens.onEnded((pass) => ended.push(pass));
    const found = tokens.find(before);
    now = START + DAY;
    tokens.look();
    expect(ended).toEqual([found.kind === 'held' ? found.pass : 'not held']);
  });
});

describe('it is known of tokens', () => {
  it('when each secret was last used, once each time that is asked', () => {
    const tokens = room(rotated);
    tokens.find(secret);
    now += 5;
    tokens.find(secret);
    tokens.find(before);
    expect([...tokens.takeUses()].sort()).toEqual(
      [
        [digestOf(secret), START + 5],
        [digestOf(before), START + 5],
      ].sort(),
    );
    now += 5;
    tokens.find(madeSecret());
    expect(tokens.takeUses().size).toBe(0);
  });

  it('how many days they have left, but for those that were revoked', () => {
    const tokens = room(token(), token({ name: 'gone', revokedAt: START }));
    now = START + 90 * DAY + 12 * HOUR;
    expect(tokens.daysLeft()).toEqual([{ name: 'wall', days: -0.5 }]);
  });

  it('that one ends soon, once a day, with its last use by any secret', () => {
    const tokens = room(rotated);
    now = START + 76 * DAY - 1;
    tokens.look();
    expect(told).toEqual([]);
    now += 1;
    tokens.look();
    now += HOUR;
    tokens.look();
    expect(told).toEqual([['soon', 'wall', 14, START - HOUR]]);
    tokens.find(secret);
    now += DAY;
    tokens.look();
    expect(told[1]).toEqual(['soon', 'wall', expect.any(Number), START + 76 * DAY + HOUR]);
    now = START + 91 * DAY;
    tokens.look();
    expect(told).toHaveLength(2);
  });

  it('that one is used after its end, once an hour', () => {
    const tokens = room(token({ revokedAt: START }));
    for (const later of [0, 1, HOUR - 1]) {
      now = START + later;
      tokens.find(secret);
    }
    expect(told).toEqual([['used', 'wall', 'revoked']]);
    now = START + HOUR;
    tokens.find(secret);
    expect(told).toHaveLength(2);
    expect(tokens.takeUses().size).toBe(0);
  });
});
