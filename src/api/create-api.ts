import type { RequestListener } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import type { Role } from '../config/roles.js';
import { agentRoutes } from './agent-routes.js';
import { alertRoutes } from './alert-routes.js';
import { notFound, onClientError, onError } from './api-error.js';
import { AuditDesk } from './audit-desk.js';
import { callerNumberRoutes } from './caller-number-routes.js';
import type { Api, ApiContext, ApiOptions, WholeContext } from './context.js';
import { describeApi } from './describe-api.js';
import { deskRoutes } from './desk/desk-routes.js';
import { dialPlanRoutes } from './dial-plan-routes.js';
import { erasureRoutes } from './erasure-routes.js';
import { EventHub } from './event-hub.js';
import { eventRoutes } from './event-routes.js';
import { exportRoutes } from './export-routes.js';
import { Gatekeeper } from './gatekeeper.js';
import { historyRoutes } from './history-routes.js';
import { httpsServer } from './https-server.js';
import { liveRoutes } from './live-routes.js';
import { matterRoutes } from './matter-routes.js';
import { createMetrics } from './metrics.js';
import { missedCallRoutes } from './missed-call-routes.js';
import { monitorRoutes } from './monitor-routes.js';
import { periodReportRoutes } from './period-report/period-report-routes.js';
import { queueRoutes } from './queue-routes.js';
import { recordingRoutes } from './recording-routes.js';
import { reportRoutes } from './reports/report-routes.js';
import { auditRefusals } from './rights/audit-refusals.js';
import { maskAnswers } from './rights/mask-answers.js';
import type { Permission } from './rights/permissions.js';
import { nameRights } from './rights/route-guard.js';
import type { RouteRight } from './rights/route-rights.js';
import { isOutOfScope } from './rights/scope-check.js';
import { seenExports, seenReports, sightFrom } from './rights/sight.js';
import { screenPopRoutes } from './screen-pop-routes.js';
import { searchRoutes } from './search-routes.js';
import { sessionRoutes } from './session/session-routes.js';
import { SessionStreams } from './session/session-streams.js';
import { statisticsRoutes } from './statistics-routes.js';
import { storyRoutes } from './story-routes.js';
import { systemRoutes } from './system-routes.js';
import { transferRoutes } from './transfer-routes.js';
import { webPages } from './web-pages.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token while the server listens on loopback addresses only. */
    readonly openOnLoopback?: boolean;
    /** A link of this server to the id in the path (`?key=`) stands in for a token. */
    readonly opensByLink?: boolean;
    /** The route looks itself whether a key in the query opens it; then no token is needed. */
    readonly opensByKey?: (request: FastifyRequest) => boolean;
  }
  interface FastifyRequest {
    /** Name of the token, or of the account, that it came with; null without one. */
    holder: string | null;
    /** Its role; null without one. */
    role: Role | null;
  }
}

/** They get all that there is: they tell of nobody's calls, are for those who see all, or look themselves. */
const WHOLE_ROUTES = [systemRoutes, sessionRoutes, erasureRoutes, dialPlanRoutes, deskRoutes];

/** They get what the request may see. */
const ROUTES = [
  liveRoutes,
  monitorRoutes,
  transferRoutes,
  screenPopRoutes,
  alertRoutes,
  agentRoutes,
  callerNumberRoutes,
  historyRoutes,
  exportRoutes,
  reportRoutes,
  statisticsRoutes,
  periodReportRoutes,
  storyRoutes,
  searchRoutes,
  recordingRoutes,
  eventRoutes,
  matterRoutes,
  missedCallRoutes,
  queueRoutes,
];

/** Longest body of a request; bytes. */
const BODY_LIMIT = 16 * 1024;

/**
 * The REST API, the event stream, metrics and the OpenAPI document with its page at /docs. Call `listen` on
 * the result; `close` ends event streams too.
 */
export function createApi(options: ApiOptions): FastifyInstance {
  const { certificates } = options;
  const app = fastify({
    ...(certificates === undefined
      ? {}
      : { serverFactory: (handler: RequestListener) => httpsServer(certificates, handler) }),
    // A reverse proxy on this machine says who asks, by which name, and whether by HTTPS (X-Forwarded-*).
    trustProxy: 'loopback',
    ...(options.log === undefined ? { logger: false } : { loggerInstance: options.log }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    frameworkErrors: onError,
    clientErrorHandler: onClientError,
  });
  const hub = new EventHub(options.operations, options.events);
  const metrics = createMetrics(options.operations, hub);
  options.addMetrics?.(metrics);
  const whole: WholeContext = { ...options, hub, metrics };

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler(onError);
  app.setNotFoundHandler(notFound);
  app.addHook('preClose', async () => hub.close());
  app.addHook('preClose', async () => options.desks?.close());
  app.addHook('preClose', async () => options.exports?.close());
  let getsWhole = false;
  nameRights(app, () => getsWhole);
  // Before the guard, which reads them.
  void app.register(fastifyCookie);
  guard(app, options);
  maskAnswers(app);
  const { writeAudit, now = Date.now } = options;
  auditRefusals(app, new AuditDesk(writeAudit, now), now);
  if (options.pages !== undefined) webPages(app, options.pages);
  describeApi(app);

  // Swagger sees the routes that are registered after it is ready.
  app.after(() => {
    const api: Api = app.withTypeProvider();
    getsWhole = true;
    for (const routes of WHOLE_ROUTES) routes(api, whole);
    getsWhole = false;
    const context = seen(whole);
    for (const routes of ROUTES) routes(api, context);
  });
  return app;
}

/** What routes get that show no more than a request may see. */
function seen(whole: WholeContext): ApiContext {
  const { operations, agents, ledger, exports, reports, surges, erase, people, desks, metrics, ...rest } =
    whole;
  return {
    ...rest,
    sight: sightFrom({ operations, agents, ledger, surges }),
    exports: exports && seenExports(exports),
    reports: reports && seenReports(reports),
  };
}

/** Tokens for all of /v1 and what asks for one; no caching, no sniffing; who changed what in the log. */
function guard(
  app: FastifyInstance,
  { tokens, issuedTokens: issued, tokenGuesses: guesses, links, people }: ApiOptions,
): void {
  const gatekeeper = new Gatekeeper({ tokens, issued, guesses }, links, people);
  const streams = new SessionStreams([people, issued]);
  app.decorateRequest('holder', null);
  app.decorateRequest('role', null);
  app.decorateRequest('members', null);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-content-type-options', 'nosniff');
    const { rule, openOnLoopback, opensByLink, opensByKey } = request.routeOptions.config;
    if (openOnLoopback === true && onLoopback(app)) return;
    // A key was made for one thing by somebody who may see it.
    const byLink = opensByLink === true && hasKey(request.query);
    if (byLink || opensByKey?.(request) === true) {
      request.members = 'all';
      void reply.header('cache-control', 'no-store');
      return byLink ? gatekeeper.checkLink(request, reply) : undefined;
    }
    const permission = permissionFor(request.routeOptions.url, request.url, rule?.right);
    if (permission === null) return;
    void reply.header('cache-control', 'no-store');
    const reading = request.method === 'GET' || request.method === 'HEAD';
    const holder = await gatekeeper.check(request, reply, permission);
    request.role = holder?.role ?? null;
    request.members = holder?.members ?? null;
    if (holder !== undefined && rule !== undefined && (await isOutOfScope(request, reply, rule.scope)))
      return;
    if (holder !== undefined && holder.pass !== null) streams.add(holder.pass, reply.raw);
    if (holder !== undefined && !reading)
      request.log.info(
        { holder: holder.name, method: request.method, url: request.url },
        'api: operation asked for',
      );
  });
}

/** Null where a request passes without a token, or the route looks itself. */
function permissionFor(
  route: string | undefined,
  url: string,
  right: RouteRight | undefined,
): Permission | null {
  // What is not there tells nobody so under /v1 but those who may read.
  if (route === undefined || right === undefined) return url.startsWith('/v1') ? 'calls.read' : null;
  return right === 'anybody' || right === 'desk' ? null : right;
}

function hasKey(query: unknown): boolean {
  return typeof query === 'object' && query !== null && 'key' in query;
}

/** True when every address that the server listens on is this machine's own. */
function onLoopback(app: FastifyInstance): boolean {
  const addresses = app.addresses();
  return (
    addresses.length > 0 &&
    addresses.every((bound) => typeof bound !== 'string' && /^(127\.|::1$)/.test(bound.address))
  );
}
