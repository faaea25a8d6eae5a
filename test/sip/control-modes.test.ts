import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import Srf from 'drachtio-srf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutboundRule } from '../../src/sip/control/outbound.js';
import { createSipServer, type SipServer } from '../../src/sip/server.js';
import { makeCertificate } from './support/certificate.js';
import { drained, FAST, Inbox, SECRET, type SrfClient, type SrfMessage, until } from './support/rig.js';
import { WireCall } from './support/wire-call.js';
import { WirePeer } from './support/wire-peer.js';

/** Ways for server and application to find each other, with drachtio-srf as the application. */

const made = makeCertificate();
const pair = { cert: readFileSync(made.cert, 'utf8'), key: readFileSync(made.key, 'utf8') };

let peer: WirePeer;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  peer = await WirePeer.open();
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  peer.close();
});

interface Started {
  readonly server: SipServer;
  readonly port: number;
  readonly controlPort: number;
  readonly tlsPort: number;
}

async function start(outbound: readonly OutboundRule[] = []): Promise<Started> {
  const server = createSipServer({
    listeners: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
    control: {
      host: '127.0.0.1',
      port: 0,
      secret: SECRET,
      tls: { port: 0, ...made },
      outbound,
    },
    timers: FAST,
  });
  const { listeners, control } = await server.start();
  closers.push(() => server.stop());
  return {
    server,
    port: listeners[0]?.port ?? 0,
    controlPort: control.port,
    tlsPort: control.tlsPort ?? 0,
  };
}

type Listening = SrfClient & {
  listen(options: object): { address(): AddressInfo; close(): void };
  endSession(message: SrfMessage): void;
};

/** An application that waits to be dialled. */
async function listening(options: object = {}): Promise<{ srf: Listening; port: number }> {
  const srf = new Srf() as unknown as Listening;
  const opened = new Promise((resolve) => srf.on('listening', resolve));
  const server = srf.listen({ host: '127.0.0.1', port: 0, secret: SECRET, ...options });
  await opened;
  closers.push(() => server.close());
  return { srf, port: server.address().port };
}

async function connected(options: object): Promise<SrfClient> {
  const srf = new Srf() as unknown as SrfClient;
  await new Promise<void>((resolve, reject) => {
    const on = (error: Error | null): void => (error ? reject(error) : resolve());
    srf.on('connect', on as (...args: never[]) => void);
    srf.on('error', reject as (...args: never[]) => void);
    srf.connect({ host: '127.0.0.1', secret: SECRET, ...options });
  });
  closers.push(() => srf.disconnect());
  return srf;
}

/** A routing service with one answer; what it was asked. */
async function service(answer: object): Promise<{ url: string; asked: URLSearchParams[] }> {
  const asked: URLSearchParams[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://x').searchParams);
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/route`, asked };
}

test('a client over TLS registers and answers', async () => {
  const { port, tlsPort } = await start();
  const srf = await connected({ port: tlsPort, tls: { rejectUnauthorized: false } });
  srf.use('options', (_request, response) => response.send(200));
  await peerAnswer(port, 'OPTIONS', 200);
});

/** Sends a request until the client's registration has arrived. */
async function peerAnswer(port: number, method: string, status: number): Promise<void> {
  for (let seq = 1; ; seq++) {
    const call = new WireCall(peer, port, `${method}-${seq}`);
    peer.send(port, call.lines(method, seq));
    const answer = await peer.received.next();
    if (answer.kind === 'response' && answer.status === status) return;
    if (seq === 20) throw new Error(`never ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('a client that speaks no TLS on the TLS port does no harm', async () => {
  const { server, tlsPort, controlPort } = await start();
  const socket = connect({ host: '127.0.0.1', port: tlsPort }, () => socket.write('5#hello'));
  await new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
  await connected({ port: controlPort });
  expect(server.stats().controlClients).toBe(1);
});

test.each(['tcp', 'tls'] as const)(
  'an application is dialled over %s, one connection a call',
  async (proto) => {
    const tls = proto === 'tls' ? { tls: pair } : {};
    const { srf, port: applicationPort } = await listening(tls);
    const target = `${proto}://127.0.0.1:${applicationPort}`;
    const { server, port } = await start([{ method: 'INVITE', target, anyCertificate: true }]);
    const destroyed = new Inbox<string>();
    srf.invite((request, response) => {
      srf.createUAS(request, response, { localSdp: request.body }, (error, dialog) => {
        if (error !== null) throw error;
        dialog.on('destroy', () => {
          destroyed.put(dialog.id);
          srf.endSession(request);
        });
      });
    });
    const calls = [new WireCall(peer, port, 'one'), new WireCall(peer, port, 'two')];
    for (const call of calls) {
      await call.answered();
      call.ack();
    }
    expect(server.stats().controlClients).toBe(2);
    for (const call of calls) await call.request('BYE', 200, 2);
    await destroyed.next();
    await destroyed.next();
    await until(() => server.stats().controlClients === 0);
    await drained(server);
  },
);

test('nobody there to be dialled: 480', async () => {
  const closed = createTcpServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port: nobody } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const { server, port } = await start([{ method: '*', target: `tcp://127.0.0.1:${nobody}` }]);
  await new WireCall(peer, port, 'nobody').request('INVITE', 480, 1);
  await new WireCall(peer, port, 'address').request('MESSAGE', 480, 1);
  await drained(server);
});

test('a caller that cancels while the application is dialled gets 487', async () => {
  const silent = createTcpServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closers.push(() => silent.close());
  const target = `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const { port } = await start([{ method: 'INVITE', target }]);
  const call = new WireCall(peer, port, 'early');
  const via = peer.via();
  peer.send(port, call.lines('INVITE', 1, [], via));
  await peer.expect(100);
  peer.send(port, call.lines('CANCEL', 1, [], via));
  await peer.expect(487);
});

test('a routing service names the application to dial', async () => {
  const { srf, port: applicationPort } = await listening();
  srf.use('message', (_request, response) => response.send(202));
  const { url, asked } = await service({
    action: 'route',
    data: { uri: `127.0.0.1:${applicationPort};transport=tcp` },
  });
  const { port } = await start([{ method: 'MESSAGE', target: url }]);
  await new WireCall(peer, port, 'routed').request('MESSAGE', 202, 1);
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    method: 'MESSAGE',
    protocol: 'udp',
    source_address: '127.0.0.1',
    uriUser: '110',
    fromUser: 'caller',
  });
});

test('a client of last resort gets what nobody else asks for, and everything when it is alone', async () => {
  const { port, controlPort } = await start();
  const last = await connected({ port: controlPort, tags: ['last-resort'] });
  last.use('options', (_request, response) => response.send(486));
  last.use('message', (_request, response) => response.send(486));
  await peerAnswer(port, 'OPTIONS', 486);
  const other = await connected({ port: controlPort });
  other.use('options', (_request, response) => response.send(200));
  await peerAnswer(port, 'OPTIONS', 200);
  for (let seq = 30; seq < 34; seq++) {
    await new WireCall(peer, port, `only-${seq}`).request('OPTIONS', 200, seq);
  }
  await new WireCall(peer, port, 'not asked for').request('MESSAGE', 486, 40);
});

test('a routing service names a connected application by its tag', async () => {
  const { url } = await service({ action: 'route', data: { tag: 'blue' } });
  const { port, controlPort } = await start([{ method: 'OPTIONS', target: url }]);
  const red = await connected({ port: controlPort, tags: ['red'] });
  const blue = await connected({ port: controlPort, tags: ['green', 'blue'] });
  red.use('options', (_request, response) => response.send(486));
  blue.use('options', (_request, response) => response.send(200));
  await new WireCall(peer, port, 'tagged').request('OPTIONS', 200, 1);
});

test.each([
  [{ action: 'reject', data: { status: 606, reason: 'No' } }, 606],
  [{ action: 'redirect', data: { contacts: ['sip:x@127.0.0.1'] } }, 302],
  [{ action: 'proxy', data: { destination: 'sip:nobody@127.0.0.1:9' } }, 500],
  [{ action: 'dance' }, 480],
  [['odd'], 480],
])('a routing service that says %j: %i', async (answer, status) => {
  const { url } = await service(answer);
  const { server, port } = await start([{ method: 'INVITE', target: url }]);
  await new WireCall(peer, port, 'decided').request('INVITE', status, 1);
  await drained(server);
});

test('a routing service that never stops talking is not listened to', async () => {
  const { url } = await service({ action: 'reject', data: { status: 606, reason: 'x'.repeat(100_000) } });
  const { server, port } = await start([{ method: 'INVITE', target: url }]);
  await new WireCall(peer, port, 'talkative').request('INVITE', 480, 1);
  await drained(server);
});

test('call detail events reach the application that asked for them', async () => {
  const { port, controlPort } = await start();
  const srf = await connected({ port: controlPort });
  const events: string[] = [];
  const on = srf.on.bind(srf) as unknown as (event: string, listener: (...args: unknown[]) => void) => void;
  on('cdr:attempt', (source) => events.push(`attempt ${source}`));
  on('cdr:start', (source, _time, role) => events.push(`start ${source} ${role}`));
  on('cdr:stop', (source, _time, reason) => events.push(`stop ${source} ${reason}`));
  srf.invite((request, response) => {
    srf.createUAS(request, response, { localSdp: request.body }, () => undefined);
  });
  srf.use('options', (_request, response) => response.send(200));
  await peerAnswer(port, 'OPTIONS', 200);
  const call = new WireCall(peer, port, 'counted');
  await call.answered();
  call.ack();
  await call.request('BYE', 200, 2);
  await until(
    () => events.length >= 3,
    5000,
    () => events,
  );
  expect(events).toEqual(['attempt network', 'start application uas', 'stop network normal-release']);
});
