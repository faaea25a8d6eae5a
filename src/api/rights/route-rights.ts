import type { Permission } from './permissions.js';

/**
 * What a route asks for. `anybody`: nothing, or it looks itself (a key in a link); `desk`: the session of an agent at a
 * desk, which it looks at itself.
 */
export type RouteRight = Permission | 'anybody' | 'desk';

/** What each route asks for, by method and path as in the OpenAPI document. HEAD goes with GET. */
const ROUTE_RIGHTS: ReadonlyMap<string, RouteRight> = new Map<string, RouteRight>([
  ['GET /healthz', 'anybody'],
  ['GET /metrics', 'system.read'],

  ['GET /v1/calls/live', 'calls.read'],
  ['GET /v1/calls/live/:id', 'calls.read'],
  ['GET /v1/events', 'calls.read'],
  ['GET /v1/agents', 'calls.read'],
  ['GET /v1/queues', 'calls.read'],
  ['GET /v1/alerts', 'calls.read'],
  ['GET /v1/matters', 'calls.read'],
  ['GET /v1/dialplan', 'calls.read'],
  ['GET /v1/screen-pop/:id', 'calls.read'],
  ['POST /v1/dialplan/reload', 'dialplan.reload'],
  ['POST /v1/agents/:id/state', 'agents.direct'],

  ['POST /v1/calls/:id/hangup', 'calls.end'],
  ['POST /v1/calls/:id/transfers', 'calls.transfer'],
  ['POST /v1/calls/:id/transfer/:action', 'calls.transfer'],
  ['POST /v1/transfers', 'calls.transfer'],
  ['POST /v1/transfers/:action', 'calls.transfer'],
  ['POST /v1/calls/:id/monitor', 'calls.monitor'],
  ['PATCH /v1/calls/:id/monitor', 'calls.monitor'],
  ['DELETE /v1/calls/:id/monitor', 'calls.monitor'],

  ['GET /v1/calls', 'calls.read'],
  ['GET /v1/calls/:id', 'calls.read'],
  ['GET /v1/calls/:id/story', 'calls.read'],
  ['POST /v1/calls/:id/caller-number', 'numbers.show'],
  ['GET /v1/legs', 'calls.read'],
  ['GET /v1/transfers', 'calls.read'],
  ['GET /v1/search', 'calls.read'],
  ['GET /v1/missed-calls', 'calls.read'],
  ['POST /v1/missed-calls/:id/call-back', 'calls.call-back'],
  ['POST /v1/missed-calls/:id/done', 'calls.call-back'],

  ['GET /v1/recordings', 'calls.read'],
  ['POST /v1/calls/:id/recording/start', 'recordings.make'],
  ['POST /v1/calls/:id/recording/stop', 'recordings.make'],
  ['POST /v1/recordings/:id/links', 'recordings.hear'],
  ['GET /v1/recordings/:id/page', 'anybody'],
  ['GET /v1/recordings/:id/audio', 'recordings.hear'],
  ['GET /v1/audits', 'audits.read'],
  ['POST /v1/erasures', 'ledger.erase'],

  ['GET /v1/statistics', 'statistics.read'],
  ['GET /v1/statistics/matrix', 'statistics.read'],
  ['GET /v1/statistics/matters', 'statistics.read'],
  ['GET /v1/statistics/causes', 'statistics.read'],
  ['GET /v1/statistics/goals', 'statistics.read'],
  ['GET /v1/statistics/compare', 'statistics.read'],
  ['GET /v1/statistics/surges', 'statistics.read'],
  ['GET /v1/statistics/report', 'statistics.read'],
  ['GET /v1/statistics/report/workbook', 'exports.take'],

  ['GET /v1/export/calls', 'exports.take'],
  ['GET /v1/export/legs', 'exports.take'],
  ['GET /v1/export/transfers', 'exports.take'],
  ['GET /v1/export/recordings', 'exports.take'],
  ['GET /v1/export/audits', 'audits.read'],
  ['GET /v1/reports', 'statistics.read'],
  ['GET /v1/reports/:name', 'statistics.read'],
  ['PUT /v1/reports/:name', 'reports.write'],
  ['DELETE /v1/reports/:name', 'reports.write'],
  ['GET /v1/reports/:name/run', 'exports.take'],

  ['POST /v1/session', 'anybody'],
  ['GET /v1/session', 'anybody'],
  ['DELETE /v1/session', 'anybody'],

  ['POST /v1/desk/session', 'anybody'],
  ['GET /v1/desk/session', 'desk'],
  ['DELETE /v1/desk/session', 'anybody'],
  ['GET /v1/desk/events', 'desk'],
  ['GET /v1/desk/phone', 'desk'],
  ['GET /v1/desk/matters', 'desk'],
  ['PUT /v1/desk/state', 'desk'],
  ['PUT /v1/desk/notes/:id', 'desk'],
  ['POST /v1/desk/call/hang-up', 'desk'],
  ['POST /v1/desk/transfers', 'desk'],
  ['POST /v1/desk/transfers/:action', 'desk'],
  ['POST /v1/desk/missed-calls/:id/call-back', 'desk'],
  ['POST /v1/desk/missed-calls/:id/done', 'desk'],
]);

/** Of these paths every route is in the table; others are files of pages, which are for anybody. */
const GUARDED = /^\/(v1|metrics|healthz)(\/|$)/;

/** What a route asks for; undefined when nobody has said it. `path` as it was registered. */
export function rightOf(method: string, path: string): RouteRight | undefined {
  if (!GUARDED.test(path)) return 'anybody';
  return ROUTE_RIGHTS.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
}

/** Routes of the table, as `METHOD path`. */
export function namedRoutes(): readonly string[] {
  return [...ROUTE_RIGHTS.keys()];
}
