import { z } from 'zod';
import { errorBody } from '../api-error.js';
import type { Api, WholeContext } from '../context.js';
import { errorSchema } from '../schemas.js';
import { deskCallRoutes } from './desk-call-routes.js';
import { ABOUT, agentOf, COOKIE, done, errors } from './desk-gate.js';
import { deskSessionRoutes } from './desk-session-routes.js';
import { deskTransferRoutes } from './desk-transfer-routes.js';
import type { Desks } from './desks.js';

const stateBody = z.strictObject({
  state: z.enum(['ready', 'pause']),
  reason: z.string().trim().min(1).max(40).optional(),
});
const phoneSchema = z.object({
  server: z.string(),
  uri: z.string(),
  user: z.string(),
  password: z.string(),
});

/** What the desk in the browser asks of the server; none of it without a session. */
export function deskRoutes(api: Api, context: WholeContext): void {
  const { desks } = context;
  if (desks === undefined) return;
  deskSessionRoutes(api, desks);
  stateRoutes(api, context, desks);
  deskTransferRoutes(api, context, desks);
  deskCallRoutes(api, context, desks);
}

function stateRoutes(api: Api, { operations }: WholeContext, desks: Desks): void {
  api.get(
    '/v1/desk/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['desk'],
        summary: 'The state of this desk, whole, whenever it changes',
        description: `Server-sent events: \`state\` with the whole state, \`alive\` every 15 s, \`expired\` when the session is over. ${ABOUT}`,
        security: [],
        response: {
          200: {
            description: 'The stream, which does not end',
            content: { 'text/event-stream': { schema: z.string() } },
          },
          ...errors,
          503: errorSchema,
        },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      if (!desks.feeds.hasRoom)
        return reply.code(503).send(errorBody('too-many-readers', 'All places at the stream are taken.'));
      reply.hijack();
      const session = request.cookies[COOKIE];
      desks.feeds.serve(reply.raw, agent, () => desks.sessions.agentOf(session) === agent);
      return reply;
    },
  );

  api.get(
    '/v1/desk/phone',
    {
      schema: {
        tags: ['desk'],
        summary: 'How the phone of the page registers',
        description: ABOUT,
        security: [],
        response: { 200: phoneSchema, ...errors, 503: errorSchema },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const account = desks.phoneOf(agent, request.hostname, request.protocol === 'https');
      if (account !== null) return reply.send(account);
      const text =
        'A page is a phone only with media.anchor: rtpengine and a SIP listener with transport wss (or ws).';
      return reply.code(503).send(errorBody('no-browser-phone', text));
    },
  );

  api.put(
    '/v1/desk/state',
    {
      schema: {
        tags: ['desk'],
        summary: 'Be ready for calls, or pause',
        description: ABOUT,
        security: [],
        body: stateBody,
        response: { 200: done, ...errors, 409: errorSchema },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const { state, reason } = request.body;
      const wish = state === 'ready' ? ({ state } as const) : ({ state, reason: reason ?? 'other' } as const);
      const result = operations.askAgentState(agent, wish, agent);
      if (result === 'done') return reply.send({});
      return reply.code(409).send(errorBody(result, 'No phone of this agent is registered.'));
    },
  );
}
