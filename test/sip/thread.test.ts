import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import Srf from 'drachtio-srf';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { startWorker } from '../../src/ledger/start-worker.js';
import type { SipLog } from '../../src/sip/log.js';
import { addSipMetrics } from '../../src/sip/metrics.js';
import type { ThreadSetup } from '../../src/sip/thread/messages.js';
import { ThreadedSipServer, threadModule } from '../../src/sip/thread/threaded-server.js';
import type { SrfClient } from './support/rig.js';

interface Line {
  readonly level: string;
  readonly fields: object;
  readonly text: string;
}

/** A server in its thread, what it logged, and why it ended. */
class ThreadRig {
  readonly lines: Line[] = [];
  readonly crash: Promise<Error>;
  readonly server: ThreadedSipServer;
  readonly worker: Worker;

  constructor(more: Partial<ThreadSetup> = {}, port = 0, watchMs = 5000) {
    const setup: ThreadSetup = {
      options: {
        listeners: [{ transport: 'udp', host: '127.0.0.1', port }],
        control: { host: '127.0.0.1', port: 0, secret: 's' },
      },
      trusted: [],
      trace: null,
      debugLog: false,
      ...more,
    };
    this.worker = startWorker('server-worker', threadModule, setup);
    const at = (level: string) => (fields: object, text: string) => {
      this.lines.push({ level, fields, text });
    };
    const log: SipLog = { debug: at('debug'), info: at('info'), warn: at('warn') };
    let crashed: (error: Error) => void = () => undefined;
    this.crash = new Promise((resolve) => {
      crashed = resolve;
    });
    this.server = new ThreadedSipServer({ worker: this.worker, log, crashed, watchMs });
  }
}

const open: ThreadRig[] = [];
afterEach(async () => {
  for (const { server } of open.splice(0)) await server.stop();
});

function rig(...parameters: ConstructorParameters<typeof ThreadRig>): ThreadRig {
  const made = new ThreadRig(...parameters);
  open.push(made);
  return made;
}

async function options(port: number): Promise<string> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const lines = [
    'OPTIONS sip:x@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK-thread;rport`,
    'From: <sip:a@127.0.0.1>;tag=1',
    'To: <sip:x@127.0.0.1>',
    'Call-ID: thread',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  socket.send(`${lines.join('\r\n')}\r\n\r\n`, port, '127.0.0.1');
  const [answer] = await once(socket, 'message');
  socket.close();
  return String(answer);
}

test('serves an application from its thread, with log, trace, figures and a clean end', async () => {
  const { server, lines, worker } = rig({ trace: { filter: {}, toLog: true } });
  const { listeners, control } = await server.start();
  const srf = new Srf() as unknown as SrfClient;
  const connected = new Promise((resolve) => srf.on('connect', resolve));
  srf.connect({ host: control.host, port: control.port, secret: 's' });
  await connected;
  srf.use('options', (_request, response) => response.send(200));
  // The application tells the server for what it wants to be asked; the answer is no 503 from then on.
  let answer = '';
  while (!answer.startsWith('SIP/2.0 200')) answer = await options(listeners[0]?.port ?? 0);
  expect(lines.some(({ text, fields }) => text === 'sip' && 'message' in fields)).toBe(true);

  const [one, two] = await Promise.all([server.stats(), server.stats()]);
  expect(one.received.OPTIONS).toBeGreaterThanOrEqual(1);
  expect(two).toEqual(one);
  const registry = new Registry();
  addSipMetrics(registry, () => server.stats());
  expect(await registry.metrics()).toMatch(
    /onekey_sip_messages_total\{direction="in",method="OPTIONS",status=""\} \d/,
  );

  server.trust([{ address: '192.0.2.0', bits: 24, family: 4 }]);
  server.reloadCertificates();
  expect((await server.stats()).controlClients).toBe(1);
  srf.disconnect();
  const exit = once(worker, 'exit');
  await server.stop();
  expect((await exit)[0]).toBe(0);
  await expect(server.stats()).rejects.toThrow('not running');
});

test('says why it cannot start', async () => {
  const taken = createSocket('udp4');
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const { server } = rig({}, taken.address().port);
  await expect(server.start()).rejects.toThrow('EADDRINUSE');
  taken.close();
});

test('a thread that ends by itself is reported, once it serves', async () => {
  const { server, crash, worker } = rig();
  await server.start();
  void worker.terminate();
  expect((await crash).message).toContain('ended');
  await expect(server.stats()).rejects.toThrow('not running');
});

test('a thread that does not answer any more is ended and reported', async () => {
  const { server, crash, worker } = rig({}, 0, 20);
  await server.start();
  // Answers are lost from here on, as if it were caught in a loop.
  worker.removeAllListeners('message');
  expect((await crash).message).toContain('does not answer');
});
