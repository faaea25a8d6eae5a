import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InjectOptions } from 'fastify';
import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../../src/ledger/records.js';
import { hashPassword } from '../../../../src/people/password-hash.js';
import { PeopleRoom } from '../../../../src/people/people-room.js';
import type { StoredPerson } from '../../../../src/people/person.js';
import { bench, VIEWER } from '../bench.js';

const password = await hashPassword('correct horse');

function account(id: string, role: StoredPerson['person']['role']): StoredPerson {
  const person = { id, displayName: id, role, members: 'all', enabled: true } as const;
  return { person, password, createdAt: 1, changedAt: 1 };
}

const wang = account('wang-fang', 'supervisor');
const li = account('li-na', 'viewer');

function api() {
  const clock = { now: 1_700_000_000_000 };
  let drawn = 0;
  const people = new PeopleRoom({
    people: [wang, li],
    sessions: [],
    limits: { attempts: 3, firstMs: 60_000, mostMs: 600_000 },
    now: () => clock.now,
    random: (bytes) => Buffer.alloc(bytes, ++drawn),
    onSessions: () => undefined,
    onLocked: () => undefined,
  });
  const audits: AuditRecord[] = [];
  const { app, engine } = bench({
    people,
    now: () => clock.now,
    writeAudit: async (record) => void audits.push(record),
  });
  const logIn = (name: string, word = 'correct horse', headers: InjectOptions['headers'] = {}) =>
    app.inject({ method: 'POST', url: '/v1/session', headers, payload: { name, password: word } });
  const cookieOf = async (name: string): Promise<string> =>
    `onekey-session=${(await logIn(name)).cookies[0]?.value}`;
  return { app, audits, engine, people, clock, logIn, cookieOf };
}

describe('logging in', () => {
  it('says who it is and what they may do, and gives a cookie that no script and no other site has', async () => {
    const { app, logIn } = api();
    const answer = await logIn('wang-fang');
    expect(answer.statusCode).toBe(200);
    const said = {
      name: 'wang-fang',
      displayName: 'wang-fang',
      role: 'supervisor',
      members: 'all',
      permissions: expect.arrayContaining(['calls.read', 'calls.monitor', 'calls.end']),
      endsAt: '2023-11-15T10:13:20.000Z',
    };
    expect(answer.json()).toEqual(said);
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ name: 'onekey-session', path: '/', httpOnly: true, sameSite: 'Strict' });
    expect(cookie).not.toHaveProperty('secure');
    const headers = { cookie: `onekey-session=${cookie?.value}` };
    expect((await app.inject({ url: '/v1/session', headers })).json()).toEqual(said);
    expect((await app.inject({ url: '/v1/session' })).statusCode).toBe(401);
  });

  it('by HTTPS keeps the cookie to HTTPS', async () => {
    const { logIn } = api();
    const answer = await logIn('wang-fang', 'correct horse', { 'x-forwarded-proto': 'https' });
    expect(answer.cookies[0]).toMatchObject({ secure: true });
  });

  it('refuses a wrong password as it does an unknown name, and soon altogether', async () => {
    const { logIn } = api();
    const wrong = await logIn('wang-fang', 'wrong');
    expect([wrong.statusCode, wrong.cookies]).toEqual([401, []]);
    expect((await logIn('nobody')).json()).toEqual(wrong.json());
    await logIn('wang-fang', 'wrong');
    await logIn('wang-fang', 'wrong');
    expect((await logIn('wang-fang')).statusCode).toBe(429);
  });

  it('ends the session that the browser had', async () => {
    const { app, logIn, cookieOf } = api();
    const before = await cookieOf('li-na');
    await logIn('wang-fang', 'correct horse', { cookie: before });
    expect((await app.inject({ url: '/v1/session', headers: { cookie: before } })).statusCode).toBe(401);
  });
});

describe('the audit', () => {
  it('has who logged in and out, and whom that was refused', async () => {
    const { app, audits, logIn, cookieOf } = api();
    await logIn('wang-fang', 'wrong');
    const cookie = await cookieOf('wang-fang');
    await app.inject({ method: 'DELETE', url: '/v1/session', headers: { cookie } });
    await app.inject({ method: 'DELETE', url: '/v1/session', headers: { cookie } });
    expect(audits.map(({ actor, action, subject, detail }) => [actor, action, subject, detail])).toEqual([
      ['onekey', 'login-refused', 'wang-fang', JSON.stringify({ why: 'wrong', from: '127.0.0.1' })],
      ['wang-fang', 'logged-in', 'wang-fang', '127.0.0.1'],
      ['wang-fang', 'logged-out', 'wang-fang', '127.0.0.1'],
    ]);
    expect(JSON.stringify(audits)).not.toContain('horse');
  });

  it('is not filled by who guesses: what is not written is counted', async () => {
    const { audits, clock, logIn } = api();
    for (let tried = 0; tried < 40; tried++) await logIn('wang-fang', 'wrong');
    expect(audits).toHaveLength(30);
    clock.now += 60_000;
    await logIn('wang-fang', 'wrong');
    expect(JSON.parse(audits.at(-1)?.detail ?? '')).toMatchObject({ unwritten: 10 });
  });
});

describe('a session', () => {
  it('opens what its role may do, and nothing else', async () => {
    const { app, engine, cookieOf } = api();
    engine.start('call-1');
    const [supervisor, viewer] = [await cookieOf('wang-fang'), await cookieOf('li-na')];
    const hangUp = (cookie: string) =>
      app.inject({ method: 'POST', url: '/v1/calls/call-1/hangup', headers: { cookie } });
    expect((await app.inject({ url: '/v1/calls/live', headers: { cookie: viewer } })).statusCode).toBe(200);
    expect((await hangUp(viewer)).json().error.code).toBe('forbidden');
    expect((await hangUp(supervisor)).statusCode).toBe(202);
    // A token that is wrong is not made good by a cookie.
    const both = { cookie: supervisor, authorization: 'Bearer wrong-0123456789' };
    expect((await app.inject({ url: '/v1/calls/live', headers: both })).statusCode).toBe(401);
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:80' }, 403],
    [{ origin: 'https://elsewhere.example.org' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:80', 'sec-fetch-site': 'same-origin' }, 202],
    [{ host: 'onekey.example.org:8080', origin: 'http://onekey.example.org:8080' }, 202],
    [{}, 202],
  ])('changes nothing for pages of others: %o is answered %i', async (headers, status) => {
    const { app, engine, cookieOf } = api();
    engine.start('call-1');
    const cookie = await cookieOf('wang-fang');
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/calls/call-1/hangup',
      headers: { ...headers, cookie },
    });
    expect(answer.statusCode).toBe(status);
  });

  it('is neither begun nor ended by pages of others', async () => {
    const { app, logIn, cookieOf } = api();
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await logIn('wang-fang', 'correct horse', foreign)).statusCode).toBe(403);
    const cookie = await cookieOf('wang-fang');
    const end = (headers: InjectOptions['headers']) =>
      app.inject({ method: 'DELETE', url: '/v1/session', headers: { cookie, ...headers } });
    expect((await end(foreign)).statusCode).toBe(403);
    expect((await app.inject({ url: '/v1/calls/live', headers: { cookie } })).statusCode).toBe(200);
    const ended = await end({});
    expect([ended.statusCode, ended.cookies[0]?.value]).toEqual([200, '']);
    expect((await app.inject({ url: '/v1/calls/live', headers: { cookie } })).statusCode).toBe(401);
  });

  it('gets its next key with any answer', async () => {
    const { app, clock, cookieOf } = api();
    const cookie = await cookieOf('li-na');
    clock.now += 15 * 60_000;
    const [next] = (await app.inject({ url: '/v1/calls/live', headers: { cookie } })).cookies;
    expect(next).toMatchObject({ name: 'onekey-session', httpOnly: true, sameSite: 'Strict' });
    const renewed = { cookie: `onekey-session=${next?.value}` };
    expect((await app.inject({ url: '/v1/calls/live', headers: renewed })).statusCode).toBe(200);
  });

  it('ends with the account, and its stream of events with it', async () => {
    const { app, people, cookieOf } = api();
    const cookie = await cookieOf('li-na');
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const closed = new Promise<void>((resolve, reject) => {
      const asked = httpRequest({ host: '127.0.0.1', port, path: '/v1/events', headers: { cookie } });
      asked.on('error', reject);
      asked.on('response', (stream) => {
        expect(stream.statusCode).toBe(200);
        stream.resume();
        stream.on('error', () => undefined);
        stream.on('close', () => resolve());
        people.peopleChanged([wang, { ...li, person: { ...li.person, enabled: false } }]);
      });
      asked.end();
    });
    await closed;
    expect((await app.inject({ url: '/v1/calls/live', headers: { cookie } })).statusCode).toBe(401);
  });

  it('is not needed with a token, which needs no page of ours', async () => {
    const { app } = api();
    const headers = { authorization: `Bearer ${VIEWER}`, 'sec-fetch-site': 'cross-site' };
    expect((await app.inject({ url: '/v1/calls/live', headers })).statusCode).toBe(200);
  });
});
