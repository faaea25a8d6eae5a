import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  Inbox,
  type Rig,
  SDP,
  type SrfMessage,
  type SrfRequest,
  type SrfResponse,
  startRig,
  until,
} from './support/rig.js';

let rig: Rig;
const sockets: Socket[] = [];

const LIMITS = { messageBytes: 4096, messageMs: 300, idleConnectionMs: 700 };

beforeEach(async () => {
  rig = await startRig('tcp', '127.0.0.1', { limits: LIMITS });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await rig.close();
});

interface Stream {
  readonly socket: Socket;
  /** Everything that came, as text. */
  text(): string;
  closed(): boolean;
}

async function open(): Promise<Stream> {
  const socket = connect(rig.port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  let closed = false;
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  await until(() => !socket.connecting);
  return { socket, text: () => text, closed: () => closed };
}

/** An OPTIONS request whose body is two-byte characters; its length counts bytes. */
function options(id: string, body = '\u70ed\u7ebf'): string {
  return [
    'OPTIONS sip:127.0.0.1 SIP/2.0',
    `v: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK${id}`,
    'f: <sip:a@b>;tag=1',
    't: <sip:c@d>',
    `i: ${id}`,
    'CSeq: 1 OPTIONS',
    'c: text/plain',
    'Subject: folded',
    '  line',
    `l: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

function answerOptions(): Inbox<SrfRequest> {
  const seen = new Inbox<SrfRequest>();
  rig.srf.use('options', (req: SrfRequest, res: SrfResponse) => {
    seen.put(req);
    res.send(200);
  });
  return seen;
}

test('messages are cut by Content-Length however the bytes arrive', async () => {
  const seen = answerOptions();
  await until(() => rig.server.stats().controlClients === 1);
  const stream = await open();
  const bytes = Buffer.from(`\r\n${options('one')}${options('two')}\r\n\r\n${options('three')}`);
  for (const byte of bytes.subarray(0, 700)) stream.socket.write(Buffer.from([byte]));
  stream.socket.write(bytes.subarray(700));
  for (const id of ['one', 'two', 'three']) {
    const req = await seen.next();
    expect(req.get('Call-ID')).toBe(id);
    expect(req.body).toBe('\u70ed\u7ebf');
    expect(req.get('Subject')).toBe('folded line');
  }
  await until(() => stream.text().split('SIP/2.0 200 OK').length === 4);
  // The double CRLF between the messages was answered by a single one.
  expect(stream.text()).toMatch(/\r\n\r\n\r\nSIP\/2\.0 200 OK|^\r\nSIP|\r\n\r\n\r\n$/);
});

test('a keep-alive is answered, a single CRLF is not and does not count as an unfinished message', async () => {
  const stream = await open();
  stream.socket.write('\r\n\r\n');
  await until(() => stream.text() === '\r\n');
  stream.socket.write('\r\n');
  await new Promise((resolve) => setTimeout(resolve, LIMITS.messageMs + 100));
  expect(stream.closed()).toBe(false);
  expect(stream.text()).toBe('\r\n');
});

test.each([
  ['a head without end', () => `OPTIONS sip:x SIP/2.0\r\nX-Long: ${'a'.repeat(5000)}`],
  [
    'a body that is too large',
    () => `OPTIONS sip:x SIP/2.0\r\nContent-Length: 4000\r\n${'X: y\r\n'.repeat(30)}\r\n`,
  ],
  ['a length that is no number', () => 'OPTIONS sip:x SIP/2.0\r\nContent-Length: -1\r\n\r\n'],
  ['what is not SIP', () => 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
])('a connection that sends %s is closed', async (_what, text) => {
  const stream = await open();
  stream.socket.write(text());
  await until(() => stream.closed());
  await until(() => rig.server.stats().connections === 0);
});

test('a message that never ends closes its connection, trickling does not help', async () => {
  const stream = await open();
  const trickle = setInterval(() => stream.socket.write('a'), 20);
  stream.socket.write('OPTIONS sip:x SIP/2.0\r\nX-Slow: ');
  await until(() => stream.closed());
  clearInterval(trickle);
});

test('an idle connection is closed', async () => {
  const stream = await open();
  await until(() => rig.server.stats().connections === 1);
  await until(() => stream.closed());
  expect(rig.server.stats().connections).toBe(0);
});

test('requests to the same place share a connection, and the response may come over another one', async () => {
  const connections: Socket[] = [];
  let text = '';
  const server: Server = createServer((socket) => {
    connections.push(socket);
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const responses = new Inbox<SrfMessage>();
  for (const method of ['OPTIONS', 'MESSAGE']) {
    const request = { uri: `sip:a@127.0.0.1:${port};transport=tcp`, method, headers: {}, body: SDP };
    rig.srf.request(request, (_error, sent) => sent.on('response', responses.put));
  }
  await until(() => text.split('m=audio').length === 3);
  expect(connections).toHaveLength(1);
  const head = text.slice(0, text.indexOf('\r\n\r\n'));
  const back = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
    (name) => new RegExp(`^${name}: .*$`, 'm').exec(head)?.[0],
  );
  const stream = await open();
  stream.socket.write(`SIP/2.0 200 OK\r\n${back.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
  expect((await responses.next()).status).toBe(200);
  // The other request has no answer when its connection breaks.
  connections[0]?.destroy();
  expect((await responses.next()).status).toBe(503);
  server.close();
});

test('a response goes over a new connection when the one of the request is gone', async () => {
  const pending = new Inbox<SrfResponse>();
  rig.srf.use('message', (_req, res) => pending.put(res));
  let text = '';
  const server: Server = createServer((socket) => socket.on('data', (chunk) => (text += chunk.toString())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stream = await open();
  stream.socket.write(
    [
      'MESSAGE sip:127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/TCP 127.0.0.1:${port};branch=z9hG4bKback`,
      'From: <sip:a@b>;tag=1',
      'To: <sip:c@d>',
      'Call-ID: back',
      'CSeq: 1 MESSAGE',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
  const res = await pending.next();
  stream.socket.destroy();
  await until(() => rig.server.stats().connections === 0);
  res.send(200);
  await until(() => text.startsWith('SIP/2.0 200 OK'));
  server.close();
});

test('a peer that closes its side after a request gets the answer, then the connection ends', async () => {
  const asked = new Inbox<SrfResponse>();
  rig.srf.use('options', (_req: SrfRequest, res: SrfResponse) => asked.put(res));
  const stream = await open();
  stream.socket.end(options('half'));
  const response = await asked.next();
  expect(stream.closed()).toBe(false);
  response.send(200);
  await until(() => stream.closed());
  expect(stream.text()).toContain('SIP/2.0 200');
  await until(() => rig.server.stats().connections === 0);
});

test('a peer that closes its side without one, or never gets an answer, holds nothing', async () => {
  const idle = await open();
  idle.socket.end('\r\n\r\n');
  await until(() => idle.closed());
  expect(idle.text()).toBe('\r\n');
  rig.srf.use('options', () => undefined);
  const waiting = await open();
  waiting.socket.end(options('never'));
  await until(() => waiting.closed());
  await until(() => rig.server.stats().connections === 0);
});
