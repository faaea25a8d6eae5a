import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import type { Agents } from '../agents/agents.js';
import type { DialPlan } from '../dialplan/plan.js';
import type { Operations } from '../engine/operations.js';
import type { EraseRequest, EraseResult } from '../ledger/erase-caller.js';
import type { LedgerReader } from '../ledger/ledger-reader.js';
import type { AuditRecord } from '../ledger/records.js';
import type { ActiveSurge, SurgeBounds } from '../ledger/statistics/surge-types.js';
import type { Desks } from './desk/desks.js';
import type { EventHub, EventHubOptions } from './event-hub.js';
import type { ExportDesk } from './export-desk.js';
import type { ServerCertificates } from './https-server.js';
import type { IssuedTokens, TokenGuesses } from './issued-tokens.js';
import type { ReportStore } from './reports/report-store.js';
import type { SeenReports } from './rights/own-reports.js';
import type { SeenExports, Sight } from './rights/sight.js';
import type { ScreenPopLinks } from './screen-pop-links.js';
import type { SessionPeople } from './session/session-people.js';
import type { ApiToken } from './tokens.js';

/** Files of recordings. */
export interface RecordingFiles {
  /** A file by its path in the ledger; null when it is not there (any more). The caller closes it. */
  open(file: string): Promise<FileHandle | null>;
  /** Resolves when the record is on the disk; rejects when the disk refuses. */
  audit(record: AuditRecord): Promise<void>;
}

/** What the API is made of. */
export interface ApiOptions {
  readonly operations: Operations;
  /** Agents whose phones register here; without, there are none. */
  readonly agents?: Pick<Agents, 'agents' | 'registrations' | 'lockouts'>;
  /** Read side of the ledger. */
  readonly ledger: LedgerReader;
  /** Who may use it; with none, all of /v1 is closed. */
  readonly tokens: readonly ApiToken[];
  /** Tokens that were issued at the command line; without, those above are all. */
  readonly issuedTokens?: IssuedTokens;
  /** Who guesses tokens is locked out; without, nobody is. */
  readonly tokenGuesses?: TokenGuesses;
  /** The dial plan in force. */
  readonly dialPlan: () => DialPlan;
  /** A pino logger; nothing is logged without one. */
  readonly log?: FastifyBaseLogger;
  /** What is wrong although calls are taken (a disk that refuses ...), one line each. */
  readonly problems?: () => readonly string[];
  /** Where media flows. */
  readonly media?: 'direct' | 'rtpengine';
  /** Why calls are not taken, while `operations.ready()` is false. */
  readonly notReady?: () => string;
  /** Adds metrics of other parts to those of the engine. */
  readonly addMetrics?: (registry: Registry) => void;
  readonly events?: EventHubOptions;
  /** Files of recordings, and the audit of who hears them; without, none is served. */
  readonly recordings?: RecordingFiles;
  /** Exports of the ledger, and the audit of who takes what; without, there are none. */
  readonly exports?: ExportDesk;
  /** Writes who did what: resolves when it is on the disk, rejects when the disk refuses. */
  readonly writeAudit?: (record: AuditRecord) => Promise<void>;
  /** Erase what the ledger holds of a caller; rejects when the disk refuses. Without, nobody can. */
  readonly erase?: (request: EraseRequest) => Promise<EraseResult>;
  /** Queries that were saved under a name; without, there are none. */
  readonly reports?: ReportStore;
  /** Links to screen pops that open without a token; without, none does. */
  readonly links?: Pick<ScreenPopLinks, 'opens'>;
  /** Desks of agents in browsers; without, their routes are not there. */
  readonly desks?: Desks;
  /** People who log in at the pages; without, there are none. */
  readonly people?: SessionPeople;
  /** Serve HTTPS with these; without, HTTP. */
  readonly certificates?: ServerCertificates;
  /** Folder of the pages as they were built; without, none are served. */
  readonly pages?: string;
  /** Surges that are on; without, nobody looks for any. */
  readonly surges?: () => readonly ActiveSurge[];
  /** How much a surge is, for reports of the past; without, they tell of none. */
  readonly surgeBounds?: SurgeBounds;
  /** Time source; UTC milliseconds. */
  readonly now?: () => number;
}

/** What routes get that tell of no call, or look themselves who may see what: all that there is. */
export interface WholeContext extends ApiOptions {
  readonly hub: EventHub;
  readonly metrics: Registry;
}

/** What is seen through {@link ApiContext.sight} alone, or is nothing for routes of people. */
type Unseen =
  | 'operations'
  | 'agents'
  | 'ledger'
  | 'exports'
  | 'reports'
  | 'surges'
  | 'erase'
  | 'people'
  | 'desks'
  | 'metrics';

/** What the other routes get: of calls, agents and sums nothing but what a request may see. */
export interface ApiContext extends Omit<WholeContext, Unseen> {
  readonly sight: (request: FastifyRequest) => Sight;
  /** Exports of what a request may see; undefined when there are none. */
  readonly exports: ((request: FastifyRequest) => SeenExports) | undefined;
  /** The saved reports that a request may see; undefined when there are none. */
  readonly reports: ((request: FastifyRequest) => SeenReports) | undefined;
}

/** The fastify instance as the routes see it. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
