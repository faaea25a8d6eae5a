import type { Permission } from './permissions.js';

/**
 * What a route asks for. `anybody`: nothing, or it looks itself (a key in a link); `desk`: the session of an agent at a
 * desk, which it looks at itself.
 */
export type RouteRight = Permission | 'anybody' | 'desk';

/**
 * What it is to those who see the calls of some members alone.
 *
 * - `none`: it tells of nobody's calls
 * - `calls`: only of calls that are theirs; others are not there
 * - `members`: only of their members, and their sums; who names another one is refused
 * - `whole`: it is for those who see all
 * - `itself`: it has a way of its own to know who asks: the session of an agent at a desk
 */
export type RouteScope = 'none' | 'calls' | 'members' | 'whole' | 'itself';

/** What is said of a route. */
export interface RouteRule {
  readonly right: RouteRight;
  readonly scope: RouteScope;
}

/** What each route asks for, and shows, by method and path as in the OpenAPI document. HEAD goes with GET. */
const RULES: readonly (readonly [route: string, right: RouteRight, scope: RouteScope])[] = [
  ['GET /healthz', 'anybody', 'none'],
  ['GET /metrics', 'system.read', 'whole'],

  ['GET /v1/calls/live', 'calls.read', 'calls'],
  ['GET /v1/calls/live/:id', 'calls.read', 'calls'],
  ['GET /v1/events', 'calls.read', 'calls'],
  ['GET /v1/agents', 'calls.read', 'members'],
  ['GET /v1/queues', 'calls.read', 'members'],
  ['GET /v1/alerts', 'calls.read', 'calls'],
  ['GET /v1/matters', 'calls.read', 'none'],
  ['GET /v1/dialplan', 'calls.read', 'none'],
  ['GET /v1/screen-pop/:id', 'calls.read', 'calls'],
  ['POST /v1/dialplan/reload', 'dialplan.reload', 'whole'],
  ['POST /v1/agents/:id/state', 'agents.direct', 'members'],

  ['POST /v1/calls/:id/hangup', 'calls.end', 'calls'],
  ['POST /v1/calls/:id/transfers', 'calls.transfer', 'calls'],
  ['POST /v1/calls/:id/transfer/:action', 'calls.transfer', 'calls'],
  ['POST /v1/transfers', 'calls.transfer', 'calls'],
  ['POST /v1/transfers/:action', 'calls.transfer', 'calls'],
  ['POST /v1/calls/:id/monitor', 'calls.monitor', 'calls'],
  ['PATCH /v1/calls/:id/monitor', 'calls.monitor', 'calls'],
  ['DELETE /v1/calls/:id/monitor', 'calls.monitor', 'calls'],

  ['GET /v1/calls', 'calls.read', 'calls'],
  ['GET /v1/calls/:id', 'calls.read', 'calls'],
  ['GET /v1/calls/:id/story', 'calls.read', 'calls'],
  ['POST /v1/calls/:id/caller-number', 'numbers.show', 'calls'],
  ['GET /v1/legs', 'calls.read', 'calls'],
  ['GET /v1/transfers', 'calls.read', 'calls'],
  ['GET /v1/search', 'calls.read', 'calls'],
  ['GET /v1/missed-calls', 'calls.read', 'calls'],
  ['POST /v1/missed-calls/:id/call-back', 'calls.call-back', 'calls'],
  ['POST /v1/missed-calls/:id/done', 'calls.call-back', 'calls'],

  ['GET /v1/recordings', 'calls.read', 'calls'],
  ['POST /v1/calls/:id/recording/start', 'recordings.make', 'calls'],
  ['POST /v1/calls/:id/recording/stop', 'recordings.make', 'calls'],
  ['POST /v1/recordings/:id/links', 'recordings.hear', 'calls'],
  ['GET /v1/recordings/:id/page', 'anybody', 'calls'],
  ['GET /v1/recordings/:id/audio', 'recordings.hear', 'calls'],
  ['GET /v1/audits', 'audits.read', 'calls'],
  ['POST /v1/erasures', 'ledger.erase', 'whole'],

  ['GET /v1/statistics', 'statistics.read', 'members'],
  ['GET /v1/statistics/matrix', 'statistics.read', 'members'],
  ['GET /v1/statistics/matters', 'statistics.read', 'members'],
  ['GET /v1/statistics/causes', 'statistics.read', 'members'],
  ['GET /v1/statistics/goals', 'statistics.read', 'members'],
  ['GET /v1/statistics/compare', 'statistics.read', 'members'],
  ['GET /v1/statistics/surges', 'statistics.read', 'members'],
  ['GET /v1/statistics/report', 'statistics.read', 'members'],
  ['GET /v1/statistics/report/workbook', 'exports.take', 'members'],

  ['GET /v1/export/calls', 'exports.take', 'calls'],
  ['GET /v1/export/legs', 'exports.take', 'calls'],
  ['GET /v1/export/transfers', 'exports.take', 'calls'],
  ['GET /v1/export/recordings', 'exports.take', 'calls'],
  ['GET /v1/export/audits', 'audits.read', 'calls'],
  ['GET /v1/reports', 'statistics.read', 'calls'],
  ['GET /v1/reports/:name', 'statistics.read', 'calls'],
  ['PUT /v1/reports/:name', 'reports.write', 'calls'],
  ['DELETE /v1/reports/:name', 'reports.write', 'calls'],
  ['GET /v1/reports/:name/run', 'exports.take', 'calls'],

  ['POST /v1/session', 'anybody', 'none'],
  ['GET /v1/session', 'anybody', 'none'],
  ['DELETE /v1/session', 'anybody', 'none'],

  ['POST /v1/desk/session', 'anybody', 'itself'],
  ['GET /v1/desk/session', 'desk', 'itself'],
  ['DELETE /v1/desk/session', 'anybody', 'itself'],
  ['GET /v1/desk/events', 'desk', 'itself'],
  ['GET /v1/desk/phone', 'desk', 'itself'],
  ['GET /v1/desk/matters', 'desk', 'itself'],
  ['PUT /v1/desk/state', 'desk', 'itself'],
  ['PUT /v1/desk/notes/:id', 'desk', 'itself'],
  ['POST /v1/desk/call/hang-up', 'desk', 'itself'],
  ['POST /v1/desk/transfers', 'desk', 'itself'],
  ['POST /v1/desk/transfers/:action', 'desk', 'itself'],
  ['POST /v1/desk/missed-calls/:id/call-back', 'desk', 'itself'],
  ['POST /v1/desk/missed-calls/:id/done', 'desk', 'itself'],
];

const BY_ROUTE: ReadonlyMap<string, RouteRule> = new Map(
  RULES.map(([route, right, scope]) => [route, { right, scope }]),
);

/** Of these paths every route is in the table; others are files of pages, which are for anybody. */
const GUARDED = /^\/(v1|metrics|healthz)(\/|$)/;

const OPEN: RouteRule = { right: 'anybody', scope: 'none' };

/** The rule of a route; undefined when nobody has said it. `path` as it was registered. */
export function ruleOf(method: string, path: string): RouteRule | undefined {
  if (!GUARDED.test(path)) return OPEN;
  return BY_ROUTE.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
}

/** Routes of the table, as `METHOD path`. */
export function namedRoutes(): readonly string[] {
  return [...BY_ROUTE.keys()];
}
