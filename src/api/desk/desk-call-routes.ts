import { z } from 'zod';
import { errorBody, refusalBody } from '../api-error.js';
import type { Api, WholeContext } from '../context.js';
import { findMatters, mattersSchema } from '../matter-routes.js';
import { callParams, matterQuery } from '../query-schemas.js';
import { CALL_BACK_REFUSALS, REFUSALS, refusalResponses } from '../refusals.js';
import { errorSchema } from '../schemas.js';
import { ABOUT, agentOf, done, errors } from './desk-gate.js';
import type { Desks } from './desks.js';

const noteBody = z.strictObject({ note: z.string().trim().min(1).max(2000) });

/** What an agent does with the call of the desk, and with calls that were. */
export function deskCallRoutes(api: Api, { dialPlan, now = Date.now }: WholeContext, desks: Desks): void {
  api.post(
    '/v1/desk/call/hang-up',
    {
      schema: {
        tags: ['desk'],
        summary: 'Hang up the call of this desk',
        description: `For desks whose phone is not the page: as if that phone hung up. What rings is declined; the caller is not let go while others are there for them, and a transfer under way goes on. ${ABOUT}`,
        security: [],
        response: { 202: done, ...refusalResponses('unknown-call', 'unknown-leg', 'not-talking') },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const result = await desks.putDown(agent);
      if (result === null) return reply.code(404).send(errorBody('unknown-call', 'This desk has no call.'));
      if (result.ok) return reply.code(202).send({});
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.put(
    '/v1/desk/notes/:id',
    {
      schema: {
        tags: ['desk'],
        summary: 'Write a note of the call that this desk has or had last',
        description: ABOUT,
        security: [],
        params: callParams,
        body: noteBody,
        response: { 200: done, ...errors, 404: errorSchema },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      if (await desks.note(agent, request.params.id, request.body.note)) return reply.send({});
      return reply.code(404).send(errorBody('unknown-call', 'This desk has not had this call last.'));
    },
  );

  api.post(
    '/v1/desk/missed-calls/:id/call-back',
    {
      schema: {
        tags: ['desk'],
        summary: 'Call a caller back: the phones of this agent ring, then the caller is called',
        description: ABOUT,
        security: [],
        params: callParams,
        response: { 202: z.object({ callId: z.string() }), ...refusalResponses(...CALL_BACK_REFUSALS) },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const result = await desks.callBack(agent, request.params.id);
      if (result.ok) return reply.code(202).send(result.value);
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.post(
    '/v1/desk/missed-calls/:id/done',
    {
      schema: {
        tags: ['desk'],
        summary: 'Note that this agent has called a caller back',
        description: ABOUT,
        security: [],
        params: callParams,
        response: { 200: done, ...errors, 404: errorSchema },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      if (await desks.calledBack(agent, request.params.id)) return reply.send({});
      return reply
        .code(404)
        .send(errorBody('unknown-call', 'Nobody of this member waits for that call back.'));
    },
  );

  api.get(
    '/v1/desk/matters',
    {
      schema: {
        tags: ['desk'],
        summary: 'Find a matter while typing',
        description: ABOUT,
        security: [],
        querystring: matterQuery,
        response: { 200: mattersSchema, ...errors },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      return reply.send({ items: findMatters(dialPlan(), request.query, now()) });
    },
  );
}
