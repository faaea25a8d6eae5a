import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errorBody } from '../api-error.js';
import type { Api } from '../context.js';
import { errorSchema } from '../schemas.js';
import { ABOUT, agentOf, COOKIE, done, errors } from './desk-gate.js';
import type { Desks } from './desks.js';

const loginBody = z.strictObject({
  agent: z.string().trim().min(1).max(64),
  password: z.string().min(1).max(200),
});

/** Logging in and out at a desk. */
export function deskSessionRoutes(api: Api, desks: Desks): void {
  api.post(
    '/v1/desk/session',
    {
      schema: {
        tags: ['desk'],
        summary: 'Log in at a desk',
        description: ABOUT,
        security: [],
        body: loginBody,
        response: { 200: done, ...errors, 429: errorSchema },
      },
    },
    async (request, reply) => {
      const { agent, password } = request.body;
      const verdict = desks.accounts.logIn(agent, password, request.ip);
      if (verdict === 'locked')
        return reply.code(429).send(errorBody('locked', 'Too many wrong passwords from here; wait a while.'));
      if (verdict === 'wrong')
        return reply.code(401).send(errorBody('wrong-password', 'Agent or password is wrong.'));
      return reply.setCookie(COOKIE, desks.sessions.open(agent), cookieFor(request)).send({});
    },
  );

  api.get(
    '/v1/desk/session',
    {
      schema: {
        tags: ['desk'],
        summary: 'Who is logged in at this desk',
        description: ABOUT,
        security: [],
        response: { 200: z.object({ agent: z.string() }), ...errors },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      return agent === null ? reply : reply.send({ agent });
    },
  );

  api.delete(
    '/v1/desk/session',
    {
      schema: {
        tags: ['desk'],
        summary: 'Log out',
        description: ABOUT,
        security: [],
        response: { 200: done },
      },
    },
    async (request, reply) => reply.clearCookie(COOKIE, cookieFor(request)).send({}),
  );
}

function cookieFor(request: FastifyRequest) {
  return {
    path: '/v1/desk',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
  } as const;
}
