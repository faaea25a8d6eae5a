import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ApiOptions } from '../../../src/api/context.js';
import { addTokenMetrics } from '../../../src/api/token-metrics.js';
import { digestOf, madeSecret, type StoredToken } from '../../../src/people/token.js';
import { TokenGuesses } from '../../../src/people/token-guesses.js';
import { Tokens } from '../../../src/people/tokens.js';
import { bench, OPERATOR } from './bench.js';

const DAY = 86_400_000;
const START = 1_700_000_000_000;
const secret = madeSecret();
const LONG = 'of-the-configuration-0123456789abcdef';

const wall: StoredToken = {
  name: 'wall',
  role: 'viewer',
  members: 'all',
  createdAt: START,
  createdBy: 'root',
  revokedAt: null,
  secrets: [{ digest: digestOf(secret), madeAt: START, endsAt: START + 90 * DAY, usedAt: null }],
};

function api(options: Partial<ApiOptions> = {}) {
  const clock = { now: START };
  const now = (): number => clock.now;
  const issuedTokens = new Tokens(
    { now, random: (bytes) => Buffer.alloc(bytes), onUsedAfterEnd: () => {}, onEndsSoon: () => {} },
    [wall],
  );
  const limits = { attempts: 2, firstMs: 90_500, mostMs: 3_600_000 };
  const tokenGuesses = new TokenGuesses({ now, limits, onLocked: () => undefined });
  const { app, engine } = bench({
    now,
    issuedTokens,
    tokenGuesses,
    addMetrics: (registry) => addTokenMetrics(registry, issuedTokens),
    ...options,
  });
  const ask = (
    token: string,
    url = '/v1/calls/live',
    method: 'GET' | 'POST' = 'GET',
    remoteAddress?: string,
  ) =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
    });
  return { app, engine, ask, clock, issuedTokens };
}

describe('a token that was issued', () => {
  it('lets in who has it, to what its role may do', async () => {
    const { ask, engine } = api();
    engine.start('call-1');
    expect((await ask(secret)).statusCode).toBe(200);
    expect((await ask(secret, '/v1/calls/call-1/hangup', 'POST')).statusCode).toBe(403);
  });

  it.each([
    ['has expired', 'token-expired', { ...wall, secrets: [{ ...wall.secrets[0], endsAt: START }] }],
    ['was revoked', 'token-revoked', { ...wall, revokedAt: START }],
    [
      'has another secret',
      'token-replaced',
      {
        ...wall,
        secrets: [
          { ...wall.secrets[0], digest: 'new' },
          { ...wall.secrets[0], endsAt: START },
        ],
      },
    ],
  ])('that %s is refused, and it is said why: %s', async (_what, code, changed) => {
    const { ask, issuedTokens } = api();
    issuedTokens.replace([changed as StoredToken]);
    const answer = await ask(secret);
    expect([answer.statusCode, answer.json().error.code]).toEqual([401, code]);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="onekey", error="invalid_token"');
  });

  it('takes with it, when it ends, the events that were being sent to it', async () => {
    const { app, issuedTokens } = api();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const ended = new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${secret}` };
      const request = httpRequest({ host: '127.0.0.1', port, path: '/v1/events', headers }, (answer) => {
        answer.resume();
        answer.once('close', resolve);
        issuedTokens.replace([{ ...wall, revokedAt: START }]);
      });
      request.once('error', reject);
      request.end();
    });
    await ended;
  });

  it('shows in the metrics how many days it has left', async () => {
    const { ask, clock } = api();
    clock.now += 1.5 * DAY;
    expect((await ask(secret, '/metrics')).body).toContain('onekey_api_token_days_left{name="wall"} 88.5');
  });
});

describe('who guesses tokens', () => {
  it('is locked out for a while; who has a token that cannot be guessed is not, and others elsewhere are not', async () => {
    const configured = { name: 'desk', token: OPERATOR, role: 'operator' } as const;
    const { ask, clock } = api({ tokens: [configured, { name: 'long', token: LONG, role: 'viewer' }] });
    for (let guess = 0; guess < 10; guess++) expect((await ask(`guess-${guess}`)).statusCode).toBe(401);
    const locked = await ask('guess-11');
    expect([locked.statusCode, locked.headers['retry-after']]).toEqual([429, '91']);
    // A guess that is right must not tell itself from others.
    expect((await ask(OPERATOR)).json()).toEqual(locked.json());
    expect((await ask(secret)).statusCode).toBe(200);
    expect((await ask(LONG)).statusCode).toBe(200);
    expect((await ask(OPERATOR, '/v1/calls/live', 'GET', '192.0.2.7')).statusCode).toBe(200);
    clock.now += 90_500;
    expect((await ask(OPERATOR)).statusCode).toBe(200);
  });

  it('is not who has a token that has ended', async () => {
    const { ask, clock } = api();
    clock.now += 90 * DAY;
    for (let tried = 0; tried < 30; tried++) expect((await ask(secret)).statusCode).toBe(401);
    expect((await ask(OPERATOR)).statusCode).toBe(200);
  });
});
