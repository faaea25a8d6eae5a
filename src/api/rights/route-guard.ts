import type { FastifyInstance, RouteOptions } from 'fastify';
import { errorSchema } from '../schemas.js';
import { PERMISSIONS, type Permission, rolesWith } from './permissions.js';
import { type RouteRule, type RouteScope, ruleOf } from './route-rights.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What it asks for, and shows; from the table of rights, never written by the route itself. */
    rule?: RouteRule;
  }
}

/** Routes that need no sight: they tell of no call, are for those who see all, or look themselves. */
const WHOLE: ReadonlySet<RouteScope> = new Set(['none', 'whole', 'itself']);

/**
 * Gives every route what the table of rights says of it, and tells it in the OpenAPI document; must come before the
 * routes. A route of which the table says nothing is not served: registering it throws. So does one that gets all that
 * there is, and is for those who see the calls of some members.
 *
 * @param getsWhole whether the routes that are registered now get all that there is
 */
export function nameRights(app: FastifyInstance, getsWhole: () => boolean): void {
  app.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) {
      const rule = ruleOf(method, route.url);
      if (rule === undefined)
        throw new Error(`${method} ${route.url}: no permission is named for it in route-rights.ts`);
      if (getsWhole() && !WHOLE.has(rule.scope))
        throw new Error(`${method} ${route.url}: it must see what the request may see, and gets more`);
      route.config = { ...route.config, rule };
      if (rule.right in PERMISSIONS) describe(route, rule.right as Permission, rule.scope);
      if (rule.right === 'desk') answers(route, { 401: errorSchema });
    }
  });
}

const SCOPES: Readonly<Record<RouteScope, string>> = {
  none: '',
  calls: ' Those who see some members only get what is of their calls.',
  members:
    ' Those who see some members only get what is of these; 403 `out-of-scope` when they name another one.',
  whole: ' Not for those who see some members only: 403 `out-of-scope`.',
  itself: '',
};

/** In the document, who may use it, and that others are refused. */
function describe(route: RouteOptions, permission: Permission, scope: RouteScope): void {
  const { schema } = route;
  if (schema === undefined) return;
  const needs = `Needs the permission \`${permission}\` (${rolesWith(permission).join(', ')}).${SCOPES[scope]}`;
  route.schema = {
    ...schema,
    description: schema.description === undefined ? needs : `${schema.description}\n\n${needs}`,
  };
  answers(route, REFUSALS);
}

/** What a route may answer beside what it says itself. */
function answers(route: RouteOptions, refusals: Readonly<Record<number, object>>): void {
  const { schema } = route;
  if (schema === undefined) return;
  const said = typeof schema.response === 'object' ? schema.response : {};
  route.schema = { ...schema, response: { ...refusals, ...said } };
}

const json = { 'application/json': { schema: errorSchema } };

/** What the gatekeeper answers on every route that needs a permission. */
const REFUSALS = {
  401: errorSchema,
  403: errorSchema,
  429: {
    description:
      '`locked`: too many wrong tokens came from this address; the header `retry-after` says for how many seconds',
    content: json,
  },
};
