import { createServer, get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EventHub, type EventHubOptions } from '../../../src/api/event-hub.js';
import { bench, VIEWER } from './bench.js';
import { LittleEngine } from './little-engine.js';

/** Reads a stream until a text has come; gives all that came. */
async function until(stream: IncomingMessage, text: string, before = ''): Promise<string> {
  let all = before;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    all += String(chunk);
    if (all.includes(text)) return all;
  }
  throw new Error(`the stream ended before ${text}: ${all}`);
}

function open(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpGet(url, { headers: { authorization: `Bearer ${VIEWER}`, ...headers } }, resolve);
    request.on('error', reject);
  });
}

/** A hub behind a plain server, for what needs its limits set. */
async function hubServer(options: EventHubOptions) {
  const engine = new LittleEngine();
  const hub = new EventHub(engine, options);
  const server = createServer((request, response) => {
    const last = request.headers['last-event-id'];
    hub.serve(response, {
      lastSeen: last === undefined ? undefined : Number(last),
      masked: false,
      members: 'all',
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    hub.close();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { engine, hub, port, url: `http://127.0.0.1:${port}` };
}

describe('GET /v1/events', () => {
  it('streams events over a socket, and ends when the server closes', async () => {
    const { app, engine } = bench();
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/events`;
    const stream = await open(url);
    expect(stream.statusCode).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await until(stream, 'retry');
    engine.start('call-1');
    const text = await until(stream, '\n\n');
    expect(text).toBe(
      'id: 1\nevent: call-started\ndata: {"seq":1,"at":"2026-03-02T08:00:00.001Z","type":"call-started",' +
        '"callId":"call-1","legId":null,"transferId":null,"detail":{}}\n\n',
    );
    const ended = new Promise((resolve) => stream.on('close', resolve));
    stream.resume();
    await app.close();
    await ended;
    expect(engine.listeners).toBe(0);
  });

  it('goes on after the last event that a reader had', async () => {
    const { app, engine } = bench();
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/events`;
    for (const id of ['a', 'b', 'c']) engine.start(id);
    const stream = await open(url, { 'last-event-id': '1' });
    const text = await until(stream, 'id: 3');
    expect(text).not.toContain('id: 1\n');
    expect(text).toContain('id: 2\n');
    expect(text).not.toContain('event: gap');
    stream.destroy();
  });

  it('refuses an id that is none', async () => {
    const { get } = bench();
    const answer = await get('/v1/events', { 'last-event-id': 'abc' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ field: 'last-event-id' });
  });

  it('does not hang on HEAD', async () => {
    const { app } = bench();
    const answer = await app.inject({
      method: 'HEAD',
      url: '/v1/events',
      headers: { authorization: `Bearer ${VIEWER}` },
    });
    expect(answer.statusCode).toBe(404);
  });

  it('refuses a reader when all places are taken', async () => {
    const { app, get } = bench({ events: { maxReaders: 1 } });
    const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/events`;
    const stream = await open(url);
    const refused = await get('/v1/events');
    expect([refused.statusCode, refused.json().error.code]).toEqual([503, 'too-many-readers']);
    stream.destroy();
  });
});

describe('EventHub', () => {
  it('says that events are lost when they are no longer kept, or were of an earlier run', async () => {
    const { engine, url } = await hubServer({ keep: 3 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) engine.start(id);
    const stale = await until(await open(url, { 'last-event-id': '1' }), 'id: 5');
    expect(stale).toContain('event: gap\ndata: {"lastSeen":1,"nextSeq":3}');
    expect(stale).toContain('id: 3\n');
    const fits = await until(await open(url, { 'last-event-id': '2' }), 'id: 5');
    expect(fits).not.toContain('gap');
    const earlier = await until(await open(url, { 'last-event-id': '99' }), 'id: 5');
    expect(earlier).toContain('event: gap\ndata: {"lastSeen":99,"nextSeq":3}');
  });

  it('keeps a quiet stream alive', async () => {
    const { url } = await hubServer({ heartbeatMs: 5 });
    await until(await open(url), ': alive\n\n');
  });

  it('drops a reader that does not read, and goes on serving the others', async () => {
    const { engine, hub, port, url } = await hubServer({ maxWaitingBytes: 64 * 1024 });
    const slow = connect(port, '127.0.0.1');
    slow.on('error', () => undefined);
    slow.pause();
    slow.write('GET / HTTP/1.1\r\nHost: onekey\r\n\r\n');
    const quick = await open(url);
    let seen = '';
    quick.on('data', (chunk) => {
      seen = (seen + String(chunk)).slice(-100_000);
    });
    while (hub.readers < 2) await new Promise((resolve) => setImmediate(resolve));
    // What the kernel takes for the slow reader is not known beforehand: go on until it is full.
    const filler = 'x'.repeat(10_000);
    while (hub.dropped === 0) {
      engine.publish('leg-started', 'call-1', { filler });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([hub.dropped, hub.readers]).toEqual([1, 1]);
    engine.publish('call-ended', 'the-last');
    while (!seen.includes('the-last')) await new Promise((resolve) => setImmediate(resolve));
    slow.destroy();
    quick.destroy();
  });

  it('forgets readers that leave', async () => {
    const { engine, hub, url } = await hubServer({});
    const stream = await open(url);
    await until(stream, 'retry');
    expect(hub.readers).toBe(1);
    stream.destroy();
    while (hub.readers > 0) await new Promise((resolve) => setImmediate(resolve));
    engine.start('call-1');
    expect(hub.dropped).toBe(0);
  });
});
