/** Part of the composition root: the embedded SIP server as the settings want it, in this thread or in one of its own. */
import type { Logger } from 'pino';
import type { Config } from './config/config.js';
import type { DialPlanHolder } from './dialplan/holder.js';
import { startWorker } from './ledger/start-worker.js';
import { isLoopback } from './sip/guard/guard.js';
import type { StatsSource } from './sip/metrics.js';
import { createSipServer, type SipServerOptions } from './sip/server.js';
import type { Started, ThreadSetup, ThreadTrace } from './sip/thread/messages.js';
import { ThreadedSipServer, threadModule } from './sip/thread/threaded-server.js';
import { readFilter } from './sip/trace/filter.js';
import { createTracer, type Tracer } from './sip/trace/tracer.js';

export interface EmbeddedSip {
  /** Opens all sockets; rejects with the system's error when one cannot be opened. */
  start(): Promise<Started>;
  stop(): Promise<void>;
  readonly stats: StatsSource;
  reloadCertificates(): void;
}

export interface EmbeddedSipSettings {
  readonly config: Config;
  readonly listeners: SipServerOptions['listeners'];
  readonly control: SipServerOptions['control'];
  /** File for what a server that is killed must know to go on. */
  readonly keep: string;
  readonly dialPlan: DialPlanHolder;
  readonly log: Logger;
  /** The server is gone though nobody stopped it. */
  readonly crashed: (error: Error) => void;
}

export function embeddedSip(settings: EmbeddedSipSettings): EmbeddedSip {
  return settings.config.sip.embedded.thread ? inThread(settings) : inProcess(settings);
}

/** What becomes of the messages: the log, a capture file, a HEP collector; null when nobody wants them. */
function traceOf({ sip }: Config): ThreadTrace | null {
  if (!sip.trace && sip.capture === '' && sip.hep === '') return null;
  const read = readFilter(sip.traceFilter);
  const colon = sip.hep.lastIndexOf(':');
  const host = sip.hep.slice(0, Math.max(colon, 0)).replace(/^\[|\]$/g, '');
  return {
    filter: read.ok ? read.filter : {},
    toLog: sip.trace,
    ...(sip.capture === '' ? {} : { pcap: sip.capture }),
    ...(sip.hep === ''
      ? {}
      : { hep: { host, port: Number(sip.hep.slice(colon + 1)), captureId: process.pid } }),
  };
}

function makeTracer(config: Config, log: Logger): Tracer | null {
  const wanted = traceOf(config);
  if (wanted === null) return null;
  const { toLog, ...options } = wanted;
  const entry = {
    entry: ({ bytes, ...rest }: Parameters<Tracer['trace']>[0]) =>
      log.info({ ...rest, message: bytes.toString('utf8') }, 'sip'),
  };
  return createTracer({ ...options, log, ...(toLog ? entry : {}) });
}

function inProcess({ config, listeners, control, keep, dialPlan, log }: EmbeddedSipSettings): EmbeddedSip {
  const tracer = makeTracer(config, log);
  const server = createSipServer({
    listeners,
    control,
    keep,
    log,
    // A trunk that dials wrong numbers is a trunk all the same: only sources outside of the plan are watched.
    trusted: (address) => isLoopback(address) || dialPlan.current.isTrunkHost(address),
    ...(tracer === null ? {} : { trace: tracer.trace }),
  });
  return {
    start: () => server.start(),
    stop: async () => {
      await server.stop();
      await tracer?.close();
    },
    stats: () => server.stats(),
    reloadCertificates: () => void server.reloadCertificates(),
  };
}

function inThread(settings: EmbeddedSipSettings): EmbeddedSip {
  const { config, listeners, control, keep, dialPlan, log, crashed } = settings;
  const setup: ThreadSetup = {
    options: { listeners, control, keep },
    trusted: dialPlan.current.trunkBlocks,
    trace: traceOf(config),
    debugLog: log.isLevelEnabled('debug'),
  };
  const worker = startWorker('server-worker', threadModule, setup);
  const server = new ThreadedSipServer({ worker, log, crashed });
  const unsubscribe = dialPlan.onChange((plan) => server.trust(plan.trunkBlocks));
  return {
    start: () => server.start(),
    stop: async () => {
      unsubscribe();
      await server.stop();
    },
    stats: () => server.stats(),
    reloadCertificates: () => server.reloadCertificates(),
  };
}
