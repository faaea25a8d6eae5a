import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { masked } from '../../../../src/api/rights/mask-answers.js';
import {
  auditRecord,
  callRecord,
  legRecord,
  recordingRecord,
  START,
  transferRecord,
} from '../../ledger/fixtures.js';
import { bench, OPERATOR, VIEWER } from '../bench.js';

const NUMBER = '13800001111';

/** Calls, live and over, and everything else that may hold the number of a caller. */
async function seeded() {
  const api = bench({
    now: () => START + 120_000,
    exports: {
      start: ({ masked: hidden }) => ({
        stream: Readable.from([hidden ? 'hidden' : NUMBER]),
        begun: Promise.resolve(),
        stopped: Promise.resolve(),
        progress: () => ({ rows: 0, at: null }),
      }),
      close: () => undefined,
      audit: async () => undefined,
    },
  });
  const { engine, write, post } = api;
  engine.start('call-1');
  await post('/v1/calls/call-1/transfers', { to: '*1', mode: 'alert', note: `回电 ${NUMBER}` });
  await post('/v1/calls/call-1/transfers', { to: '*1', mode: 'consult', note: `call ${NUMBER} back` });
  const about = { callId: 'call-2' };
  write(
    legRecord('leg-1', { ...about, role: 'caller', numberDialled: '12345', reason: `from ${NUMBER}` }),
    legRecord('leg-2', { ...about, numberDialled: `+86${NUMBER}`, numberCalled: `0${NUMBER}` }),
    transferRecord('transfer-a', {
      ...about,
      requestedTarget: NUMBER,
      matter: 'theft-01',
      note: `请回${NUMBER}`,
    }),
    transferRecord('transfer-b', { ...about, mode: 'alert', note: `tell ${NUMBER}` }),
    recordingRecord('recording-1', about),
    auditRecord('audit-1', { ...about, subject: NUMBER, detail: `shown: ${NUMBER}` }),
    auditRecord('audit-2', { ...about, action: 'note-written', subject: 'call-2', detail: `note ${NUMBER}` }),
    callRecord('call-2'),
    callRecord('call-3', { missed: true, outcome: 'abandoned', answeredAt: null, lastMember: null }),
  );
  return api;
}

const IDS = ['call-1', 'call-2', 'transfer-1', 'transfer-a', 'recording-1'];
const NEEDED: Readonly<Record<string, string>> = { '/v1/search': '?q=13800001111' };
/** A stream without an end, routes of others, and what is not there on this bench. */
const ELSEWHERE = /^\/v1\/(events|desk|session|reports)/;

/** Bodies of all answers to GET, by route; those that were refused are left out. */
async function walked(api: Awaited<ReturnType<typeof seeded>>, token: string) {
  const document = (await api.app.inject({ url: '/docs/json' })).json<{
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }>();
  const bodies = new Map<string, string>();
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!('get' in methods) || ELSEWHERE.test(path)) continue;
    for (const id of path.includes('{id}') ? IDS : ['']) {
      for (const accept of ['application/json', 'text/html']) {
        const url = encodeURI(path.replace('{id}', id) + (NEEDED[path] ?? ''));
        const headers = { authorization: `Bearer ${token}`, accept };
        const { statusCode, body } = await api.app.inject({ url, headers });
        if (statusCode < 300) bodies.set(path, (bodies.get(path) ?? '') + body);
      }
    }
  }
  return bodies;
}

function withNumber(bodies: ReadonlyMap<string, string>): readonly string[] {
  return [...bodies].filter(([, body]) => body.includes(NUMBER)).map(([path]) => path);
}

describe('a role that may not see numbers', () => {
  it('finds the number of a caller in no answer of any route, where others find it', async () => {
    const api = await seeded();
    const viewer = await walked(api, VIEWER);
    expect(withNumber(viewer)).toEqual([]);
    const shown = withNumber(await walked(api, OPERATOR));
    expect(shown).toEqual(
      expect.arrayContaining([
        '/v1/alerts',
        '/v1/audits',
        '/v1/calls',
        '/v1/calls/live',
        '/v1/calls/live/{id}',
        '/v1/calls/{id}',
        '/v1/calls/{id}/story',
        '/v1/export/calls',
        '/v1/legs',
        '/v1/missed-calls',
        '/v1/screen-pop/{id}',
        '/v1/search',
        '/v1/transfers',
      ]),
    );
    // It was answered, all the same.
    const silent = shown.filter((route) => !viewer.has(route));
    expect(silent.sort()).toEqual(['/v1/audits', '/v1/export/audits']);
    expect(viewer.get('/v1/calls')).toContain('138****1111');
  });

  it('hears events without it', async () => {
    const { app, engine } = await seeded();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const heard = async (token: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, 'last-event-id': '0' };
        const asked = httpRequest({ host: '127.0.0.1', port, path: '/v1/events', headers }, (stream) => {
          let text = '';
          stream.setEncoding('utf8').on('data', (more: string) => {
            text += more;
            if (text.includes('gateway-up')) resolve(text);
          });
          stream.on('error', () => undefined);
          engine.publish('alert-raised', 'call-1', { caller: NUMBER, note: `again ${NUMBER}` });
          engine.publish('gateway-up', null);
        });
        asked.on('error', reject);
        asked.end();
      });
    expect(await heard(VIEWER)).not.toContain(NUMBER);
    expect((await heard(OPERATOR)).split(NUMBER).length).toBeGreaterThan(3);
  });

  it('may not find it out digit by digit', async () => {
    const { get, see } = await seeded();
    expect((await get('/v1/calls?caller=138*')).json().error.code).toBe('numbers-masked');
    expect((await get('/v1/export/legs?caller=1*')).statusCode).toBe(403);
    expect((await get(`/v1/calls?caller=${NUMBER}`)).statusCode).toBe(200);
    expect((await see('/v1/calls?caller=138*')).statusCode).toBe(200);
  });

  it('finds no note by digits that are hidden, and sees no more in the pieces of a hit', async () => {
    const { get, see } = await seeded();
    const hits = async (q: string, ask: typeof get): Promise<number> =>
      (await ask(`/v1/search?q=${q}`)).json().items.length;
    expect([await hits('1380', get), await hits('1380', see)]).toEqual([0, 3]);
    const { items } = (await get(`/v1/search?q=${NUMBER.slice(0, 3)}`)).json();
    const told = items.map(({ snippet }: { snippet: { text: string }[] }) =>
      snippet.map((part) => part.text).join(''),
    );
    expect(told.length).toBeGreaterThan(0);
    expect(told.join()).not.toContain(NUMBER);
  });
});

describe('a masked answer', () => {
  it('hides numbers in all texts that are no names, however deep, and short ones where a caller stands', () => {
    expect(
      masked({
        id: '12345678',
        at: '2026-03-02T08:00:00.000Z',
        callerNumber: '8017',
        caller: { number: '110', name: '王芳 13800001111' },
        notes: [{ anything: 'tel:13800001111' }],
        subject: 'recording-12345678',
        targetLegs: ['1234567890-a'],
        count: 13800001111,
        nothing: null,
      }),
    ).toEqual({
      id: '12345678',
      at: '2026-03-02T08:00:00.000Z',
      callerNumber: '****',
      caller: { number: '***', name: '王芳 138****1111' },
      notes: [{ anything: 'tel:138****1111' }],
      subject: 'recording-12345678',
      targetLegs: ['1234567890-a'],
      count: 13800001111,
      nothing: null,
    });
  });
});
