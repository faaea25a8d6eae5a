import type { FastifyInstance, RouteOptions } from 'fastify';
import { errorSchema } from '../schemas.js';
import { PERMISSIONS, type Permission, rolesWith } from './permissions.js';
import { type RouteRight, rightOf } from './route-rights.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What it asks for; from the table of rights, never written by the route itself. */
    right?: RouteRight;
  }
}

/**
 * Gives every route what the table of rights says of it, and tells it in the OpenAPI document; must come before the
 * routes. A route of which the table says nothing is not served: registering it throws.
 */
export function nameRights(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) {
      const right = rightOf(method, route.url);
      if (right === undefined)
        throw new Error(`${method} ${route.url}: no permission is named for it in route-rights.ts`);
      route.config = { ...route.config, right };
      if (right in PERMISSIONS) describe(route, right as Permission);
    }
  });
}

/** In the document, who may use it, and that others are refused. */
function describe(route: RouteOptions, permission: Permission): void {
  const { schema } = route;
  if (schema === undefined) return;
  const needs = `Needs the permission \`${permission}\` (${rolesWith(permission).join(', ')}).`;
  const responses = typeof schema.response === 'object' ? schema.response : {};
  route.schema = {
    ...schema,
    description: schema.description === undefined ? needs : `${schema.description}\n\n${needs}`,
    response: { 401: errorSchema, 403: errorSchema, ...responses },
  };
}
