/** The API and the pages: what they are made of, and where they listen. */
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { AgentRoom } from './agents/agent-room.js';
import { addAgentMetrics } from './agents/metrics.js';
import { createApi } from './api/create-api.js';
import type { DeskAccounts } from './api/desk/desk-accounts.js';
import { Desks, type PhoneListener } from './api/desk/desks.js';
import { keptSecret } from './api/kept-secret.js';
import { ReportStore } from './api/reports/report-store.js';
import type { ScreenPopLinks } from './api/screen-pop-links.js';
import { addSurgeMetrics, SurgeWatch } from './api/surge-watch.js';
import { addTokenMetrics } from './api/token-metrics.js';
import { localToken } from './api/tokens.js';
import { addWebhookMetrics } from './api/webhook-metrics.js';
import type { Webhooks } from './api/webhooks.js';
import type { Config } from './config/config.js';
import { packageInfo } from './config/package-root.js';
import type { DialPlanHolder } from './dialplan/holder.js';
import type { EmbeddedSip } from './embedded-sip.js';
import { systemClock as engineClock } from './engine/clock.js';
import type { Engine } from './engine/engine.js';
import { eraseInThread } from './ledger/erase-thread.js';
import { LedgerExports } from './ledger/export/ledger-exports.js';
import type { Ledger } from './ledger/ledger.js';
import { ledgerFolder } from './ledger/ledger-folder.js';
import type { LedgerReader } from './ledger/ledger-reader.js';
import type { AuditRecord } from './ledger/records.js';
import type { LedgerHealth } from './ledger-health.js';
import { addMediaMetrics, mediaProblems } from './media/metrics.js';
import { eraseRecordings } from './media/recording/erase-recordings.js';
import type { RecordingOffice } from './media/recording/recording-office.js';
import type { Media } from './media/start-media.js';
import type { PeopleRoom } from './people/people-room.js';
import type { TokenGuesses } from './people/token-guesses.js';
import type { Tokens } from './people/tokens.js';
import { addRecordingMetrics, recordingProblems, recordingsFolder } from './recordings.js';
import { systemClock } from './sip/clock.js';
import { addSipMetrics } from './sip/metrics.js';
import { Certificates } from './sip/transport/certificates.js';
import { StartFault } from './start-fault.js';

/** The parts that it shows and asks. */
export interface ServedByApi {
  readonly agents: AgentRoom;
  readonly engine: Engine;
  readonly people: PeopleRoom;
  readonly tokens: Tokens;
  readonly tokenGuesses: TokenGuesses;
  readonly reader: LedgerReader;
  readonly ledger: Ledger;
  readonly dialPlan: DialPlanHolder;
  /** How it stands with the disk of the ledger. */
  readonly health: LedgerHealth;
  readonly links: ScreenPopLinks;
  readonly media: Media;
  /** Null where nothing is recorded. */
  readonly office: RecordingOffice | null;
  readonly webhooks: Webhooks;
  readonly sip: EmbeddedSip | null;
}

export interface ServedApi {
  readonly server: FastifyInstance;
  /** Addresses that are served, one a line, for people. */
  readonly addresses: readonly string[];
  reloadCertificates(): void;
}

/** Starts the API and the pages on the address of the settings. Rejects with `StartFault`. */
export async function serveApi(
  { config, log }: { readonly config: Config; readonly log: Logger },
  {
    engine,
    agents,
    people,
    tokens,
    tokenGuesses,
    reader,
    ledger,
    dialPlan,
    health,
    links,
    media,
    office,
    webhooks,
    sip,
  }: ServedByApi,
): Promise<ServedApi> {
  const { host, port } = config.http;
  const certificates = certificatesOf(config, log);
  const made = localToken(config.http, config.data);
  const write = async (record: AuditRecord): Promise<void> => {
    ledger.append([record]);
    await ledger.flush();
  };
  const exports = new LedgerExports({ dir: config.data });
  const desks = new Desks({
    operations: engine,
    ledger: reader,
    write,
    dialPlan: () => dialPlan.current,
    accounts: deskAccounts(agents, config.agents.realm),
    secret: keptSecret(config.data, 'page-secret'),
    listeners: phoneListeners(config),
    browserPhones: media.anchor.can.webrtc,
    can: {
      // As it is when a page asks: a mixer comes and goes.
      get conference() {
        return media.anchor.can.conference;
      },
    },
    now: Date.now,
  });
  const surges = config.surge.enabled ? surgeWatch(config, log, engine, reader) : null;
  const server = await createApi({
    desks,
    pages: join(packageInfo().root, 'dist', 'web'),
    operations: engine,
    agents,
    people,
    writeAudit: write,
    erase: (request) =>
      eraseInThread({ folder: ledgerFolder(config.data), request }, ledger, (recordings) =>
        eraseRecordings(recordings, {
          folder: recordingsFolder(config),
          by: request.by,
          append: write,
          now: Date.now,
        }),
      ),
    ledger: reader,
    dialPlan: () => dialPlan.current,
    tokens: made === null ? config.http.tokens : [made.token],
    issuedTokens: tokens,
    tokenGuesses,
    log: log.child({ part: 'api' }),
    problems: () => [
      ...health.problems(),
      ...mediaProblems(media),
      ...recordingProblems(media.anchor, office),
    ],
    recordings: {
      open: async (file) => (await office?.open(file)) ?? null,
      audit: write,
    },
    exports: {
      start: (request) => exports.start(request),
      close: () => exports.close(),
      audit: write,
    },
    reports: new ReportStore(join(config.data, 'reports.json')),
    media: media.anchor.kind,
    notReady: () => engine.notReadyReason(),
    links,
    ...(surges === null ? {} : { surges: () => surges.active, surgeBounds: config.surge }),
    ...(certificates === null ? {} : { certificates }),
    addMetrics: (registry) => {
      health.addMetrics(registry);
      addMediaMetrics(registry, media);
      addAgentMetrics(registry, agents);
      addTokenMetrics(registry, tokens);
      if (office !== null) addRecordingMetrics(registry, office);
      if (config.http.webhooks.length > 0) addWebhookMetrics(registry, () => webhooks.figures());
      if (surges !== null) addSurgeMetrics(registry, surges);
      if (sip !== null) addSipMetrics(registry, () => sip.stats());
    },
  });
  server.addHook('onClose', async () => surges?.stop());
  await server.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw new StartFault(
      `HTTP cannot listen on ${host}:${port}: ${error.message}`,
      'is another program on this address? See http.port in the configuration (ONEKEY_HTTP_PORT)',
    );
  });
  surges?.start();
  const address = server.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const base = `${certificates === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  const addresses = [`HTTP ${base}  (API ${base}/docs, health ${base}/healthz)`];
  addresses.push(`Desk ${base}/desk/  (operations ${base}/ops/)`);
  if (made !== null) addresses.push(`API token in ${made.path}`);
  else if (config.http.tokens.length === 0 && tokens.daysLeft().length === 0)
    addresses.push('There is no API token; onekey token add issues one');
  return { server, addresses, reloadCertificates: () => void certificates?.reload() };
}

/** For HTTPS; null for HTTP. Rejects with `StartFault`. */
function certificatesOf({ http }: Config, log: Logger): Certificates | null {
  const { host, port, cert, key } = http;
  if (cert === '') return null;
  try {
    return new Certificates({ transport: 'tls', host, port, cert, key }, systemClock, log);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new StartFault(
      `HTTPS cannot be served with ${cert} and ${key}: ${text}`,
      'are both PEM files there, readable, and made for each other? See http.cert and http.key in the configuration',
    );
  }
}

function deskAccounts(agents: AgentRoom, realm: string): DeskAccounts {
  const { pages } = agents;
  return {
    realm,
    agent: (id) => agents.agent(id),
    markOf: (id) => pages.markOf(id),
    logIn: (id, password, source) => pages.logIn(id, password, source),
    pagePassword: (id) => pages.pagePassword(id),
    isReachable: (id) => agents.contactsOf(id).length > 0,
  };
}

/** Where phones in pages connect; none where the SIP server is another program. */
function phoneListeners({ sip }: Config): readonly PhoneListener[] {
  if (sip.server !== 'embedded') return [];
  return sip.listeners
    .filter(({ transport }) => transport === 'ws' || transport === 'wss')
    .map(({ transport, port, externalPort }) => ({
      secure: transport === 'wss',
      port: externalPort ?? port,
    }));
}

function surgeWatch(config: Config, log: Logger, engine: Engine, reader: LedgerReader): SurgeWatch {
  return new SurgeWatch({
    settings: config.surge,
    operations: engine,
    ledger: reader,
    announce: (detail) =>
      engine.events.publish({ type: 'surge', callId: null, legId: null, transferId: null, detail }),
    clock: { now: () => Date.now(), after: (ms, fire) => engineClock.after(ms, fire) },
    log: log.child({ part: 'surge' }),
  });
}
