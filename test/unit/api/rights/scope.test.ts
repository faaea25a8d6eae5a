import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { namedRoutes, ruleOf } from '../../../../src/api/rights/route-rights.js';
import { ALL, FOREIGN, FOREIGN_MEMBER, FOREIGN_NUMBER, OURS, SCOPED, seeded } from './two-members.js';

type Api = Awaited<ReturnType<typeof seeded>>;

const BODIES: Readonly<Record<string, object>> = {
  'POST /v1/calls/:id/transfers': { to: '*1' },
  'POST /v1/transfers': { agent: 'foreign-desk', to: '*1' },
  'POST /v1/transfers/:action': { agent: 'foreign-desk' },
  'POST /v1/calls/:id/monitor': { agent: 'our-agent' },
  'PATCH /v1/calls/:id/monitor': { mode: 'whisper' },
  'POST /v1/missed-calls/:id/call-back': { agent: 'our-agent' },
  'POST /v1/missed-calls/:id/done': { note: 'done' },
  'POST /v1/calls/:id/caller-number': { reason: 'to call back' },
  'POST /v1/agents/:id/state': { state: 'ready' },
  'PUT /v1/reports/:name': { what: 'calls' },
  'POST /v1/erasures': { callers: [FOREIGN_NUMBER], reason: 'by request' },
};
const IDS = ['live', 'call', 'taken', 'back', 'missed', 'transfer', 'recording', 'agent', 'report'];
const QUERIES: Readonly<Record<string, string>> = {
  'GET /v1/search': '?q=停水',
  'GET /v1/statistics': '?from=2026-03-02&to=2026-03-03&by=day&per=member',
  'GET /v1/statistics/report': '?of=day&at=2026-03-02',
};
/** A stream without an end; what looks itself who asks. */
const ELSEWHERE = /^\/v1\/(events|desk|session)/;

interface Answered {
  readonly status: number;
  readonly body: string;
}

async function ask({ app }: Api, route: string, whose: string, id: string, token: string): Promise<Answered> {
  const [method = '', path = ''] = route.split(' ');
  const asked = `${whose}-${id}`;
  const url = path.replace(':id', asked).replace(':name', asked).replace(':action', 'cancel');
  const answer = await app.inject({
    method: method as 'GET',
    url: encodeURI(url + (QUERIES[route] ?? '')),
    headers: { authorization: `Bearer ${token}` },
    ...(BODIES[route] === undefined ? {} : { payload: BODIES[route] }),
  });
  // Refusals, and what was done, repeat what was asked for.
  const told = id === '' || (method === 'GET' && answer.statusCode < 400);
  const body = told ? answer.body : answer.body.replaceAll(asked, '');
  return { status: answer.statusCode, body };
}

/** Every route of the API that this bench has, for each of the ids it may be asked for. */
async function walk(
  api: Api,
  whose: string,
  token: string,
  methods: RegExp,
): Promise<Map<string, Answered[]>> {
  await api.app.ready();
  const answers = new Map<string, Answered[]>();
  for (const route of namedRoutes()) {
    const [method = '', path = ''] = route.split(' ');
    if (!methods.test(method) || ELSEWHERE.test(path) || ruleOf(method, path)?.scope === 'none') continue;
    expect(api.app.hasRoute({ method: method as 'GET', url: path }), route).toBe(true);
    const ids = /:(id|name)/.test(path) ? IDS : [''];
    answers.set(route, await Promise.all(ids.map((id) => ask(api, route, whose, id, token))));
  }
  return answers;
}

const telling = (answers: ReadonlyMap<string, readonly Answered[]>, what: string): string[] =>
  [...answers].filter(([, all]) => all.some(({ body }) => body.includes(what))).map(([route]) => route);

describe('who sees the calls of a member only', () => {
  it('finds nothing of others in any answer of any route, where who sees all finds it', async () => {
    const api = await seeded();
    // Ours, as it was moved to us; what it is for is not.
    const taken = { member: 'police-110', callBackOf: 'foreign-missed', visited: [OURS] };
    api.engine.start('our-taken', '8018', taken);
    const seen = await walk(api, 'foreign', SCOPED, /GET/);
    expect(telling(seen, FOREIGN)).toEqual([]);
    const ours = await walk(api, 'our', SCOPED, /GET/);
    expect(telling(ours, 'foreign-missed')).toEqual([]);
    expect(telling(ours, 'our-taken')).toContain('GET /v1/calls/live/:id');
    expect(telling(ours, 'our-back')).toEqual(expect.arrayContaining(['GET /v1/calls', 'GET /v1/audits']));
    expect(telling(seen, FOREIGN_NUMBER)).toEqual([]);
    const all = telling(await walk(api, 'foreign', ALL, /GET/), FOREIGN);
    const hidden = namedRoutes().filter(
      (route) =>
        route.startsWith('GET') && ['calls', 'members'].includes(ruleOf(...split(route))?.scope ?? ''),
    );
    // Without a file, without an end, and compressed: what the report beside it says.
    const page = [
      'GET /v1/recordings/:id/page',
      'GET /v1/recordings/:id/audio',
      'GET /v1/events',
      'GET /v1/statistics/report/workbook',
    ];
    expect(hidden.filter((route) => !all.includes(route) && !page.includes(route))).toEqual([]);
    expect(all).toContain('GET /v1/export/legs');
  }, 60_000);

  it('finds what is theirs', async () => {
    const api = await seeded();
    const seen = telling(await walk(api, 'our', SCOPED, /GET/), 'our');
    expect(seen).toEqual(
      expect.arrayContaining([
        'GET /v1/calls',
        'GET /v1/calls/:id',
        'GET /v1/calls/:id/story',
        'GET /v1/calls/live',
        'GET /v1/calls/live/:id',
        'GET /v1/legs',
        'GET /v1/transfers',
        'GET /v1/search',
        'GET /v1/missed-calls',
        'GET /v1/recordings',
        'GET /v1/audits',
        'GET /v1/alerts',
        'GET /v1/agents',
        'GET /v1/queues',
        'GET /v1/screen-pop/:id',
        'GET /v1/reports',
        'GET /v1/export/calls',
      ]),
    );
    const { app } = api;
    const headers = { authorization: `Bearer ${SCOPED}` };
    const range = 'from=2026-03-02&to=2026-03-03';
    const figures = (await app.inject({ url: `/v1/statistics?${range}`, headers })).json();
    expect([figures.all.offered, figures.members.length]).toEqual([2, 1]);
    const goals = (await app.inject({ url: `/v1/statistics/goals?${range}`, headers })).json();
    expect([goals.all.offered, goals.members.length]).toEqual([2, 1]);
    const { items } = (await app.inject({ url: '/v1/statistics/surges', headers })).json();
    expect(items.map(({ name }: { name: string }) => name)).toEqual([OURS]);
  }, 60_000);

  it('can do nothing with the calls, agents and reports of others, which are not there', async () => {
    const api = await seeded();
    const { engine, reports } = api;
    const answers = await walk(api, 'foreign', SCOPED, /POST|PUT|PATCH|DELETE/);
    expect(telling(answers, FOREIGN)).toEqual([]);
    const codes = [...answers].map(([route, all]) => [route, [...new Set(all.map(({ status }) => status))]]);
    expect(Object.fromEntries(codes)).toEqual({
      'POST /v1/dialplan/reload': [403],
      'POST /v1/agents/:id/state': [404],
      'POST /v1/calls/:id/hangup': [404],
      'POST /v1/calls/:id/transfers': [404],
      'POST /v1/calls/:id/transfer/:action': [404],
      'POST /v1/transfers': [404],
      'POST /v1/transfers/:action': [404],
      'POST /v1/calls/:id/monitor': [404],
      'PATCH /v1/calls/:id/monitor': [404],
      'DELETE /v1/calls/:id/monitor': [404],
      'POST /v1/calls/:id/caller-number': [404],
      'POST /v1/missed-calls/:id/call-back': [404],
      'POST /v1/missed-calls/:id/done': [404],
      'POST /v1/calls/:id/recording/start': [404],
      'POST /v1/calls/:id/recording/stop': [404],
      'POST /v1/recordings/:id/links': [404],
      'POST /v1/erasures': [403],
      'PUT /v1/reports/:name': [201, 409],
      'DELETE /v1/reports/:name': [204, 404],
    });
    expect(engine.liveCalls().map(({ id, transfer }) => [id, transfer])).toEqual([
      ['foreign-live', null],
      ['our-live', null],
    ]);
    expect([engine.listening, engine.callsBack, engine.calledBack, engine.wishes]).toEqual([[], [], [], []]);
    expect(engine.recorded.size).toBe(0);
    expect((await reports.get('foreign-report'))?.savedBy).toBe('all');
  }, 60_000);

  it('works with their own calls, by their own agents', async () => {
    const { app, engine } = await seeded();
    const post = async (url: string, payload: object = {}) => {
      const answer = await app.inject({
        method: 'POST',
        url: `/v1/${url}`,
        headers: { authorization: `Bearer ${SCOPED}` },
        payload,
      });
      return [answer.statusCode, answer.json().error?.code];
    };
    expect(await post('calls/our-live/monitor', { agent: 'our-agent' })).toEqual([202, undefined]);
    expect(await post('calls/our-live/monitor', { agent: 'foreign-agent' })).toEqual([
      422,
      'unknown-listener',
    ]);
    expect(await post('missed-calls/our-missed/call-back', { agent: 'foreign-agent' })).toEqual([
      404,
      'unknown-agent',
    ]);
    expect(await post('missed-calls/our-missed/call-back', { agent: 'our-agent' })).toEqual([202, undefined]);
    expect(await post('missed-calls/our-missed/done')).toEqual([200, undefined]);
    expect(await post('calls/our-call/caller-number', { reason: 'to call back' })).toEqual([200, undefined]);
    expect(await post('agents/our-agent/state', { state: 'ready' })).toEqual([200, undefined]);
    expect(await post('transfers', { extension: '8001', to: '*1' })).toEqual([202, undefined]);
    expect(await post('calls/our-live/hangup')).toEqual([202, undefined]);
    expect(engine.liveCalls().map(({ id }) => id)).toEqual(['foreign-live']);
  });

  it('is told clearly when a query names another member, or what is for those who see all', async () => {
    const { app } = await seeded();
    const ofMember = namedRoutes().filter(
      (route) => route.startsWith('GET') && ruleOf(...split(route))?.scope === 'members',
    );
    for (const route of ofMember) {
      const [, path] = split(route);
      const url = `${path}?member=${FOREIGN_MEMBER}`;
      const answer = await app.inject({ url, headers: { authorization: `Bearer ${SCOPED}` } });
      expect([answer.statusCode, answer.json().error.code], route).toEqual([403, 'out-of-scope']);
      expect(answer.json().error.message).toContain(OURS);
    }
    expect(ofMember.length).toBeGreaterThan(8);
  });

  it('hears of events of their calls, from when they come to them, and of none of others', async () => {
    const { app, engine } = await seeded();
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const heard = await new Promise<string>((resolve, reject) => {
      const headers = { authorization: `Bearer ${SCOPED}`, 'last-event-id': '0' };
      const asked = httpRequest({ host: '127.0.0.1', port, path: '/v1/events', headers }, (stream) => {
        let text = '';
        stream.setEncoding('utf8').on('data', (more: string) => {
          text += more;
          if (text.includes('gateway-up')) resolve(text);
        });
        stream.on('error', () => undefined);
        engine.publish('leg-answered', 'foreign-live', { member: FOREIGN_MEMBER });
        engine.publish('agent-state', 'foreign-live', { agent: 'foreign-agent', member: FOREIGN_MEMBER });
        engine.publish('agent-locked-out', null, { account: 'foreign-agent', source: '127.0.0.1' });
        engine.publish('surge', null, { of: 'member', name: FOREIGN_MEMBER });
        engine.publish('leg-answered', 'our-live', { member: OURS });
        engine.publish('agent-state', null, { agent: 'our-agent', member: OURS });
        // It comes to us, and from then on is ours.
        engine.publish('transfer-requested', 'moved', {
          fromMember: 'city-12345',
          toMember: OURS,
          callBackOf: 'foreign-missed',
        });
        engine.publish('leg-ended', 'moved', { member: 'city-12345' });
        engine.publish('call-ended', 'moved', { goesOnAs: 'foreign-live' });
        engine.publish('recording-ended', 'moved', { goesOnAs: 'our-live' });
        engine.publish('gateway-up', null);
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(heard).not.toContain(FOREIGN);
    expect(heard).toContain('"goesOnAs":"our-live"');
    expect([...heard.matchAll(/^event: (.*)$/gm)].map(([, type]) => type)).toEqual([
      'call-started',
      'leg-answered',
      'agent-state',
      'transfer-requested',
      'leg-ended',
      'call-ended',
      'recording-ended',
      'gateway-up',
    ]);
  });
});

function split(route: string): [method: string, path: string] {
  const [method = '', path = ''] = route.split(' ');
  return [method, path];
}
