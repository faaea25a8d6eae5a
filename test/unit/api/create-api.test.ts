import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { liveCallSchema } from '../../../src/api/live-schemas.js';
import { storySchema } from '../../../src/api/recording-schemas.js';
import { callSchema, dialPlanSchema, errorSchema, pageSchema } from '../../../src/api/schemas.js';
import { callRecord, legRecord, START, transferRecord } from '../ledger/fixtures.js';
import { bench, OPERATOR, VIEWER } from './bench.js';

describe('tokens', () => {
  it.each([
    [undefined, 'Bearer realm="onekey"'],
    ['Bearer', 'Bearer realm="onekey", error="invalid_token"'],
    ['Bearer wrong', 'Bearer realm="onekey", error="invalid_token"'],
    [`Basic ${OPERATOR}`, 'Bearer realm="onekey", error="invalid_token"'],
    [`Bearer ${OPERATOR}x`, 'Bearer realm="onekey", error="invalid_token"'],
  ])('refuses %s with 401', async (authorization, challenge) => {
    const { app } = bench();
    for (const url of ['/v1/calls', '/v1/calls/live', '/v1/events', '/v1/dialplan', '/metrics']) {
      const answer = await app.inject({ url, headers: authorization === undefined ? {} : { authorization } });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe(challenge);
      expect(errorSchema.parse(answer.json()).error.code).toBe('unauthorized');
    }
  });

  it('lets a viewer read and do nothing else', async () => {
    const { app, engine, get } = bench();
    engine.start('call-1');
    expect((await get('/v1/calls/live')).statusCode).toBe(200);
    for (const url of ['/v1/calls/call-1/hangup', '/v1/calls/call-1/transfers', '/v1/dialplan/reload']) {
      const answer = await app.inject({
        method: 'POST',
        url,
        headers: { authorization: `bearer ${VIEWER}` },
        payload: { to: '*1' },
      });
      expect(answer.statusCode).toBe(403);
      expect(errorSchema.parse(answer.json()).error.code).toBe('forbidden');
    }
    expect(engine.liveCall('call-1')?.phase).toBe('talking');
  });

  it('closes everything under /v1 when there is no token at all', async () => {
    const { get } = bench({ tokens: [] });
    expect((await get('/v1/calls/live')).statusCode).toBe(401);
  });

  it('says who asked for what in the log, never the token', async () => {
    const lines: string[] = [];
    const write = (...parts: unknown[]): void => void lines.push(JSON.stringify(parts));
    const log = {
      level: 'info',
      silent: write,
      trace: write,
      debug: write,
      info: write,
      warn: write,
      error: write,
      fatal: write,
    };
    const { post } = bench({
      log: { ...log, child: () => ({ ...log, child: () => log as never }) as never },
    });
    await post('/v1/calls/call-1/hangup');
    expect(lines.filter((line) => line.includes('"holder":"desk"'))).toHaveLength(1);
    expect(lines.join()).not.toContain(OPERATOR);
  });
});

describe('health and metrics', () => {
  it('is ok, degraded or unavailable', async () => {
    const problems: string[] = [];
    const { app, engine } = bench({ problems: () => problems, notReady: () => 'draining' });
    const health = async () => {
      const answer = await app.inject('/healthz');
      return [answer.statusCode, answer.json()];
    };
    const version = expect.stringMatching(/^\d+\.\d+\.\d+/);
    expect(await health()).toEqual([200, { status: 'ok', problems: [], version }]);
    problems.push('the ledger waits for the disk');
    expect(await health()).toEqual([200, { status: 'degraded', problems, version }]);
    engine.isReady = false;
    expect(await health()).toEqual([
      503,
      { status: 'unavailable', problems: ['draining', 'the ledger waits for the disk'], version },
    ]);
  });

  it('gives the figures of the engine to Prometheus, the same at each scrape', async () => {
    const { engine, get } = bench();
    engine.start('call-1');
    for (let scrape = 1; scrape <= 2; scrape += 1) {
      const answer = await get('/metrics');
      expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
      const lines = answer.body.split('\n');
      expect(lines).toContain('onekey_ready 1');
      expect(lines).toContain('onekey_live_calls 1');
      expect(lines).toContain('onekey_live_legs 2');
      expect(lines).toContain('onekey_calls_started_total 7');
      expect(lines).toContain('onekey_calls_ended_total{outcome="answered"} 4');
      expect(lines).toContain('onekey_transfers_total{mode="blind",trigger="refer",outcome="completed"} 2');
      expect(lines).toContain('onekey_transfers_total{mode="alert",trigger="api",outcome="completed"} 5');
      expect(lines).toContain('onekey_refused_sources_total 3');
      expect(lines).toContain('onekey_gateway_up{gateway="pbx-12345/127.0.0.1:5081/udp"} 0');
      expect(answer.body).toContain('nodejs_eventloop_lag_seconds');
    }
  });

  it('needs no token for metrics where it listens on loopback only', async () => {
    const { app } = bench();
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    expect((await fetch(`${url}/v1/calls`)).status).toBe(401);
  });
});

describe('live calls', () => {
  it('are shown as the engine has them, times in ISO 8601', async () => {
    const { engine, get } = bench();
    engine.start('call-1');
    engine.start('call-2');
    const { items } = (await get('/v1/calls/live')).json();
    expect(items.map((call: unknown) => liveCallSchema.parse(call).id)).toEqual(['call-1', 'call-2']);
    const call = (await get('/v1/calls/live/call-2')).json();
    expect(call).toEqual(items[1]);
    expect(call).toMatchObject({
      startedAt: '2026-03-02T08:00:00.000Z',
      legs: [{ answeredAt: '2026-03-02T08:00:00.005Z' }, { number: '8001' }],
    });
    expect((await get('/v1/calls/live/call-3')).statusCode).toBe(404);
  });

  it('are transferred: 202 with the id, and the engine has it', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    const answer = await post('/v1/calls/call-1/transfers', { to: '*1', transferorLeg: 'call-1-agent' });
    expect([answer.statusCode, answer.json()]).toEqual([202, { callId: 'call-1', transferId: 'transfer-1' }]);
    expect(engine.liveCall('call-1')?.transfer).toMatchObject({ toMember: 'police-110', mode: 'blind' });
  });

  it('are not transferred when the engine refuses', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    const tell = async (id: string, body: object) => {
      const answer = await post(`/v1/calls/${id}/transfers`, body);
      return [answer.statusCode, errorSchema.parse(answer.json()).error.code];
    };
    expect(await tell('call-9', { to: '*1' })).toEqual([404, 'unknown-call']);
    expect(await tell('call-1', { to: '*1', transferorLeg: 'x' })).toEqual([404, 'unknown-leg']);
    expect(await tell('call-1', { to: '*1', transferorLeg: 'call-1-caller' })).toEqual([403, 'not-allowed']);
    expect(await tell('call-1', { to: '+4915112345' })).toEqual([422, 'not-a-member']);
    expect(await tell('call-1', { to: '12345' })).toEqual([422, 'loop']);
    await post('/v1/calls/call-1/transfers', { to: '*1' });
    expect(await tell('call-1', { to: '*1' })).toEqual([409, 'transfer-pending']);
    engine.isReady = false;
    expect(await tell('call-1', { to: '*1' })).toEqual([503, 'shutting-down']);
  });

  it('are hung up', async () => {
    const { engine, post } = bench();
    engine.start('call-1');
    const answer = await post('/v1/calls/call-1/hangup');
    expect([answer.statusCode, answer.json()]).toEqual([202, { callId: 'call-1' }]);
    expect(engine.liveCalls()).toEqual([]);
    expect((await post('/v1/calls/call-1/hangup')).statusCode).toBe(404);
  });
});

describe('the ledger', () => {
  it('is listed with filters and pages', async () => {
    const { get, write } = bench();
    write(
      ...Array.from({ length: 7 }, (_, n) =>
        callRecord(`call-${n}`, { startedAt: START + n, missed: n % 2 === 0, trunk: n < 5 ? 'a' : 'b' }),
      ),
    );
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const answer = await get(`/v1/calls?limit=2&missed=true${next === '' ? '' : `&cursor=${next}`}`);
      const page: { items: { id: string }[]; next: string | null } = pageSchema(callSchema).parse(
        answer.json(),
      );
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
    }
    expect(seen).toEqual(['call-6', 'call-4', 'call-2', 'call-0']);
    const ids = async (url: string) => (await get(url)).json().items.map(({ id }: { id: string }) => id);
    expect(await ids('/v1/calls?trunk=b&order=oldest')).toEqual(['call-5', 'call-6']);
    const from = encodeURIComponent(new Date(START + 5).toISOString());
    expect(await ids(`/v1/calls?from=${from}`)).toEqual(['call-6', 'call-5']);
    expect(await ids('/v1/calls?from=2026-03-02T16:00:00.006%2B08:00')).toEqual(['call-6']);
    expect(await ids('/v1/calls?to=2026-03-02')).toEqual([]);
  });

  it('gives legs, transfers and the story of a call', async () => {
    const { get, write } = bench();
    const media = { packetsReceived: 1, packetsSent: 2, packetsLost: 0, jitterMs: null };
    write(legRecord('leg-1', { media }), transferRecord('transfer-1'));
    expect((await get('/v1/legs?sipStatus=200')).json()).toMatchObject({ items: [{ id: 'leg-1', media }] });
    expect((await get('/v1/transfers?member=police-110')).json()).toMatchObject({
      items: [{ requestedAt: '2026-03-02T08:00:20.000Z', failedAt: null }],
    });
    const before = storySchema.parse((await get('/v1/calls/call-1')).json());
    expect(before.call).toBeNull();
    write(callRecord('call-1'));
    const after = storySchema.parse((await get('/v1/calls/call-1')).json());
    expect(after).toMatchObject({ call: { seq: 3 }, legs: [{ seq: 1 }], transfers: [{ seq: 2 }] });
    expect((await get('/v1/calls/call-2')).json().error.code).toBe('unknown-call');
  });

  it.each([
    ['/v1/calls?limit=0', 'limit', 'from 1 to 500'],
    ['/v1/calls?limit=501', 'limit', 'from 1 to 500'],
    ['/v1/calls?limit=ten', 'limit', 'from 1 to 500'],
    ['/v1/calls?from=yesterday', 'from', 'ISO 8601'],
    ['/v1/calls?from=2026-13-02', 'from', 'ISO 8601'],
    ['/v1/calls?from=1772438400000', 'from', 'ISO 8601'],
    ['/v1/calls?cursor=abc', 'cursor', 'an earlier page'],
    ['/v1/calls?outcome=lost', 'outcome', '"answered"|"missed"'],
    ['/v1/calls?missed=1', 'missed', '"true"|"false"'],
    ['/v1/calls?callr=138', 'callr', 'not known'],
    ['/v1/calls?caller=1&caller=2', 'caller', 'expected string'],
    ['/v1/legs?sipStatus=99', 'sipStatus', '100 to 699'],
    ['/v1/transfers?direction=in', 'direction', 'not known'],
    ['/v1/alerts?from=2026-03-02', 'from', 'not known'],
  ])('refuses %s, naming the field and what is expected', async (url, field, expected) => {
    const { get } = bench();
    const answer = await get(url);
    expect(answer.statusCode).toBe(400);
    const { error } = errorSchema.parse(answer.json());
    expect(error).toMatchObject({ code: 'bad-request', field });
    expect(error.message).toContain(field);
    expect(error.message).toContain(expected);
  });

  it('tells nothing of its inside when the ledger cannot be read', async () => {
    const { app, get } = bench({
      ledger: new Proxy({} as never, {
        get: () => () => Promise.reject(new Error('SQLITE_CORRUPT at /srv/data/ledger.sqlite')),
      }),
    });
    await app.ready();
    const answer = await get('/v1/calls');
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toMatch(/SQLITE|srv|stack/);
  });
});

describe('the dial plan', () => {
  it('is shown with members, keys, trunks and what the gateways are doing', async () => {
    const { get } = bench();
    const plan = dialPlanSchema.parse((await get('/v1/dialplan')).json());
    expect(plan.members).toMatchObject([
      { id: 'police-110', numbers: ['110'], name: { zh: '报警求助' }, keys: ['*1'], emergency: true },
    ]);
    expect(plan.trunks.map(({ gateways }) => gateways)).toEqual([
      [{ id: 'pbx-110/127.0.0.1:5080/udp', up: true }],
      [],
    ]);
  });

  it('is loaded anew, or stays when it has faults', async () => {
    const { engine, post } = bench();
    engine.planFaults = ['alliance.yaml:3 members: there are none; name at least one'];
    const refused = await post('/v1/dialplan/reload');
    expect(refused.statusCode).toBe(422);
    expect(errorSchema.parse(refused.json()).error).toMatchObject({
      code: 'dialplan-invalid',
      faults: engine.planFaults,
    });
    engine.planFaults = [];
    const loaded = await post('/v1/dialplan/reload');
    expect([loaded.statusCode, loaded.json()]).toEqual([200, { version: 'bbbbbbbbbbbb' }]);
  });
});

describe('bad requests', () => {
  it('get one shape of error, whatever is wrong', async () => {
    const { app, get } = bench();
    const send = (payload: string, type = 'application/json') =>
      app.inject({
        method: 'POST',
        url: '/v1/calls/call-1/transfers',
        headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': type },
        payload,
      });
    const cases: [Promise<{ statusCode: number; json(): unknown }>, number, string][] = [
      [get('/v1/nothing'), 404, 'no-such-route'],
      [get('/nothing'), 404, 'no-such-route'],
      [app.inject({ method: 'DELETE', url: '/healthz' }), 404, 'no-such-route'],
      [get('/v1/calls/%zz'), 400, 'bad-request'],
      [get(`/v1/calls/${'x'.repeat(300)}`), 414, 'url-too-long'],
      [send('{"to":'), 400, 'bad-request'],
      [send(''), 400, 'bad-request'],
      [send('[]'), 400, 'bad-request'],
      [send('{"to":""}'), 400, 'bad-request'],
      [send('{"to":"*1","mode":"warm"}'), 400, 'bad-request'],
      [send('{"to":"*1","__proto__":{"x":1}}'), 400, 'bad-request'],
      [send('to=1', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type'],
      [send(`{"to":"${'1'.repeat(20_000)}"}`), 413, 'body-too-large'],
    ];
    for (const [answer, status, code] of cases) {
      const { statusCode, json } = await answer;
      const body = json();
      expect([statusCode, errorSchema.parse(body).error.code], JSON.stringify(body)).toEqual([status, code]);
      expect(JSON.stringify(body)).not.toContain('node_modules');
    }
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['HELLO\r\n\r\n', '400', 'bad-request'],
    [`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431', 'headers-too-large'],
  ])('gets the same shape of error', async (text, status, code) => {
    const { app } = bench();
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(errorSchema.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).error.code).toBe(code);
  });
});
