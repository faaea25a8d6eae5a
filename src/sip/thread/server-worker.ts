/** The thread: runs a SIP server, does as it is told, ends when it has stopped. See `messages.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SipLog } from '../log.js';
import { createSipServer } from '../server.js';
import { createTracer, type Tracer } from '../trace/tracer.js';
import type { FromThread, ThreadSetup, ToThread } from './messages.js';
import { trustIn } from './trusted-blocks.js';

const setup = workerData as ThreadSetup;

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

function logAt(level: 'debug' | 'info' | 'warn') {
  return (fields: object, text: string): void => {
    try {
      tell({ type: 'log', level, fields, text });
    } catch {
      // What cannot be copied, such as a function among the fields, is left out.
      tell({ type: 'log', level, fields: {}, text });
    }
  };
}

const log: SipLog = {
  debug: setup.debugLog ? logAt('debug') : () => undefined,
  info: logAt('info'),
  warn: logAt('warn'),
};

function makeTracer(): Tracer | null {
  if (setup.trace === null) return null;
  const { filter, toLog, pcap, hep } = setup.trace;
  return createTracer({
    filter,
    log,
    ...(toLog
      ? { entry: ({ bytes, ...entry }) => log.info({ ...entry, message: bytes.toString('utf8') }, 'sip') }
      : {}),
    ...(pcap === undefined ? {} : { pcap }),
    ...(hep === undefined ? {} : { hep }),
  });
}

let trusted = trustIn(setup.trusted);
const tracer = makeTracer();
const server = createSipServer({
  ...setup.options,
  log,
  trusted: (host) => trusted(host),
  ...(tracer === null ? {} : { trace: tracer.trace }),
});

async function stop(): Promise<void> {
  await server.stop();
  await tracer?.close();
  tell({ type: 'stopped' });
  parentPort?.close();
}

parentPort?.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'stats':
      tell({ type: 'stats', stats: server.stats() });
      return;
    case 'trust':
      trusted = trustIn(message.blocks);
      return;
    case 'reloadCertificates':
      server.reloadCertificates();
      return;
    case 'stop':
      void stop();
      return;
  }
});

server.start().then(
  (started) => tell({ type: 'started', started }),
  (error: unknown) => {
    tell({ type: 'refused', error: error instanceof Error ? error : new Error(String(error)) });
    parentPort?.close();
  },
);
