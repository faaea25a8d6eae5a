import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errorBody } from '../api-error.js';
import { errorSchema } from '../schemas.js';
import type { Desks } from './desks.js';

/** Name of the cookie that holds the session of a desk. */
export const COOKIE = 'onekey-desk';

/** For the OpenAPI document. */
export const ABOUT =
  'For the page at /desk/. The session is a cookie of this server (HttpOnly, SameSite=Strict) that logging in sets.';

/** The answer of routes that have nothing to say. */
export const done = z.object({});
export const errors = { 400: errorSchema, 401: errorSchema };

/** The agent whose session a request brings; else null, and 401 has been answered. */
export async function agentOf(
  request: FastifyRequest,
  reply: FastifyReply,
  desks: Desks,
): Promise<string | null> {
  const agent = desks.sessions.agentOf(request.cookies[COOKIE]);
  if (agent === null) await reply.code(401).send(errorBody('unauthorized', 'Log in at /desk/ first.'));
  return agent;
}
