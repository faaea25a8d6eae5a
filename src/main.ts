/** Composition root: makes the parts from the settings, starts them in order, drains and stops them. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';
import { agentSettings } from './agent-settings.js';
import { type StartedAgents, startAgents } from './agents/start-agents.js';
import { ScreenPopLinks } from './api/screen-pop-links.js';
import { postOverHttp, Webhooks } from './api/webhooks.js';
import type { Config } from './config/config.js';
import { packageInfo } from './config/package-root.js';
import { DialPlanHolder } from './dialplan/holder.js';
import type { DialPlan } from './dialplan/plan.js';
import { DiskReserve } from './disk-reserve.js';
import { type EmbeddedSip, embeddedSip } from './embedded-sip.js';
import { newCallId } from './engine/call-id.js';
import { systemClock } from './engine/clock.js';
import { Engine } from './engine/engine.js';
import { eventLoopBusy } from './engine/event-loop-busy.js';
import { Overload } from './engine/overload.js';
import type { SipServerAddress } from './engine/srf-link.js';
import { SrfSignalling } from './engine/srf-signalling.js';
import type { Ledger } from './ledger/ledger.js';
import { LedgerHealth } from './ledger-health.js';
import { type MediaWishes, startMedia } from './media/start-media.js';
import { openLedgers } from './open-ledgers.js';
import { openPeople } from './open-people.js';
import { recordingOffice } from './recordings.js';
import { serveApi } from './serve-api.js';
import { LAST_RESORT } from './sip/control/control-server.js';
import { StartFault } from './start-fault.js';

export interface Settings {
  readonly config: Config;
  readonly plan: DialPlan;
  readonly log: Logger;
}

export { StartFault };

export interface Running {
  /** Addresses that are served, one a line, for people. */
  readonly addresses: readonly string[];
  reloadDialPlan(): void;
  /** Resolves when a part without which nothing goes on has ended by itself, with the reason. */
  readonly failed: Promise<Error>;
  /** Take no new calls, wait for those that are up (at most the drain time), then close everything. */
  stop(options?: { readonly atOnce: boolean }): Promise<void>;
}

/** Start all parts; what was started is stopped again when a later part cannot be. Rejects with `StartFault`. */
export async function start(settings: Settings): Promise<Running> {
  const started: (() => Promise<void>)[] = [];
  try {
    return await startParts(settings, (stop) => started.unshift(stop));
  } catch (error) {
    for (const stop of started) await stop().catch(() => undefined);
    throw error;
  }
}

async function startParts(
  settings: Settings,
  onStarted: (stop: () => Promise<void>) => void,
): Promise<Running> {
  const { config, plan, log } = settings;
  // Media is there before the engine that it tells of what happens.
  const late: { reports: Engine['mediaReports'] | null; engine: Engine | null; ledger: Ledger | null } = {
    reports: null,
    engine: null,
    ledger: null,
  };
  const office = recordingOffice(config, {
    log: log.child({ part: 'recording' }),
    keep: async (record) => {
      late.ledger?.append([record]);
      await late.ledger?.flush();
    },
    onRoom: (enough) => late.engine?.recordings.roomChanged(enough),
  });
  const media = await startMedia(mediaWishes(config), {
    captures: () => office?.captures() ?? null,
    log: log.child({ part: 'media' }),
    newSessionId: () => randomInt(1, 2 ** 47),
    onRemade: (callId, legs) => late.reports?.remade(callId, legs),
    onMixingLost: (callId) => late.reports?.mixingLost(callId),
    onListeningReset: (callId) => late.engine?.monitors.modeReset(callId),
    onListeningLost: (callId) => late.engine?.monitors.mediaLost(callId),
    onKey: (callId, leg, key) => late.reports?.keyPressed(callId, leg, key),
    onSilence: ({ callId, leg, silent, forMs }) => late.reports?.silent(callId, leg, silent, forMs),
    isUp: (callId, leg) => late.reports?.isUp(callId, leg) ?? false,
  });
  if (!media.ok) throw new StartFault(media.message, media.remedy);
  onStarted(() => media.stop());
  log.info({}, media.note ?? 'media is anchored in rtpengine');

  const reserve = new DiskReserve(config.data);
  if (reserve.release())
    log.error({ data: config.data }, 'the disk is full: it starts with what was kept back');
  const health = new LedgerHealth((news) => {
    if (news.type === 'ledger-back') reserve.keep();
    late.engine?.events.publish({ ...news, callId: null, legId: null, transferId: null });
  });
  const ledgers = openLedgers(config, plan, log, health);
  const { ledger, reader } = ledgers;
  late.ledger = ledger;
  onStarted(() => ledgers.close());

  const dialPlan = new DialPlanHolder(plan);
  let crashed: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    crashed = resolve;
  });
  const sip = await startSip(config, log, dialPlan, crashed);
  onStarted(async () => {
    await sip.server?.stop();
  });

  const links = new ScreenPopLinks(randomBytes(32));
  const signalling = new SrfSignalling(sip.control, log.child({ part: 'sip' }), () =>
    randomUUID().replaceAll('-', ''),
  );
  const started = openAgents(config, log, (uri, hop) => signalling.options(uri, hop));
  onStarted(() => started.stop());
  const people = openPeople(config, ledger, log);
  onStarted(() => people.stop());
  const overload = new Overload({
    busy: eventLoopBusy(),
    every: (ms, action) => {
      const timer = setInterval(action, ms).unref();
      return () => clearInterval(timer);
    },
    log,
  });
  overload.start();
  onStarted(async () => overload.stop());
  const engine = new Engine({
    clock: systemClock,
    signalling,
    media: media.anchor,
    recordingKeeper: office?.workshop ?? null,
    ledger,
    dialPlan,
    agents: started.agents,
    log,
    random: Math.random,
    newCallId: () => newCallId(Date.now(), randomBytes),
    maxCalls: config.limits.maxCalls,
    admission: overload,
    screenPopUrl: (id, withheld) =>
      config.http.publicUrl === ''
        ? null
        : links.url(config.http.publicUrl, id, withheld ? 'caller-withheld' : 'all'),
    times: {
      noResponseMs: config.calls.noResponseSeconds * 1000,
      notifyAnswerMs: config.calls.notifyAnswerSeconds * 1000,
    },
  });
  late.reports = engine.mediaReports;
  late.engine = engine;
  onStarted(async () => signalling.close());
  // Before there are calls: what belongs to none of an earlier run is thrown away.
  if (media.anchor.recording !== null) {
    await office?.start();
    onStarted(async () => office?.stop());
  }
  await engine.start().catch((error: Error) => {
    throw new StartFault(error.message, 'is the SIP server running, and are host, port and secret right?');
  });

  const webhooks = new Webhooks({
    hooks: config.http.webhooks,
    operations: engine,
    dialPlan: () => dialPlan.current,
    post: postOverHttp,
    clock: { now: () => Date.now(), after: (ms, fire) => systemClock.after(ms, fire) },
    log: log.child({ part: 'webhooks' }),
  });
  onStarted(async () => webhooks.stop());
  const api = await serveApi(settings, {
    engine,
    agents: started.agents,
    people: people.people,
    tokens: people.tokens,
    tokenGuesses: people.tokenGuesses,
    reader,
    ledger,
    dialPlan,
    health,
    links,
    media,
    office,
    webhooks,
    sip: sip.server,
  });
  onStarted(() => api.server.close());
  ledgers.keeper.start();
  reserve.keep();
  return {
    addresses: [...sip.addresses, ...api.addresses],
    reloadDialPlan: () => {
      void engine.reloadDialPlan();
      sip.server?.reloadCertificates();
      api.reloadCertificates();
    },
    failed,
    async stop(options) {
      const left = await engine.drain(options?.atOnce === true ? 0 : config.calls.drainSeconds * 1000);
      // Calls that are still up are left alone: their parties go on talking.
      if (left > 0) log.warn({ calls: left }, 'stopped with calls up; they go on with the next start');
      await api.server.close();
      webhooks.stop();
      signalling.close();
      await sip.server?.stop();
      await started.stop();
      await people.stop();
      await engine.recordings.cutOff();
      await media.stop();
      await office?.stop();
      await ledgers.close();
    },
  };
}

function openAgents(
  config: Config,
  log: Logger,
  ask: Parameters<typeof startAgents>[0]['ask'],
): StartedAgents {
  const dir = config.data;
  try {
    return startAgents({ dir, settings: agentSettings(config), log: log.child({ part: 'agents' }), ask });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new StartFault(
      `the accounts of agents cannot be read in ${dir}: ${text}`,
      'check the disk and the rights of the folder',
    );
  }
}

function mediaWishes(config: Config): MediaWishes {
  return {
    ...config.media,
    rtpengine: { ...config.media.rtpengine, startsFile: join(config.data, 'rtpengine-starts') },
    sipHosts: config.sip.listeners.map(({ host }) => host),
    prompts: promptsFor(config.dialplan),
    promptCopies: join(config.data, 'prompts'),
    mixerFolder: join(config.data, 'mixer'),
  };
}

/** The folder `prompts` beside the dial plan, or those that come with the program. */
function promptsFor(dialPlanFile: string): string {
  const own = join(dirname(dialPlanFile), 'prompts');
  return existsSync(own) ? own : join(packageInfo().root, 'dialplans', 'prompts');
}

interface StartedSip {
  readonly control: SipServerAddress;
  /** Null when the SIP server is another program. */
  readonly server: EmbeddedSip | null;
  readonly addresses: readonly string[];
}

async function startSip(
  config: Config,
  log: Logger,
  dialPlan: DialPlanHolder,
  crashed: (error: Error) => void,
): Promise<StartedSip> {
  if (config.sip.server === 'drachtio') {
    const { host, port } = config.sip.drachtio;
    return {
      control: config.sip.drachtio,
      server: null,
      addresses: [`SIP  by drachtio-server at ${host}:${port}`],
    };
  }
  const { control, outbound } = config.sip.embedded;
  const secret = control.secret === '' ? randomBytes(24).toString('hex') : control.secret;
  const server = embeddedSip({
    config,
    listeners: config.sip.listeners,
    control: {
      host: '127.0.0.1',
      port: control.port,
      secret,
      outbound,
      ...(control.tls.port === 0 ? {} : { tls: control.tls }),
    },
    keep: join(config.data, 'sip-dialogs'),
    dialPlan,
    log: log.child({ part: 'sip' }),
    crashed,
  });
  const bound = await server.start().catch((error: NodeJS.ErrnoException) => {
    throw new StartFault(
      `SIP cannot listen: ${error.message}`,
      'is another program on this address? See sip.listeners (ONEKEY_SIP_LISTENERS) and sip.embedded.control in the configuration',
    );
  });
  return {
    // An application that somebody connects beside us asks for what it wants to have.
    control: { host: bound.control.host, port: bound.control.port, secret, tags: [LAST_RESORT] },
    server,
    addresses: [
      ...bound.listeners.map((l) => `SIP  ${l.transport} ${hostPort(l.host, l.port)}`),
      ...(control.port === 0 ? [] : [`SIP control  ${hostPort(bound.control.host, bound.control.port)}`]),
      ...(control.tls.port === 0 ? [] : [`SIP control  tls ${hostPort(control.tls.host, control.tls.port)}`]),
    ],
  };
}

const hostPort = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
