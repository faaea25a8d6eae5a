import { z } from 'zod';
import { errorBody, refusalBody } from '../api-error.js';
import type { Api, ApiContext } from '../context.js';
import { findMatters, mattersSchema } from '../matter-routes.js';
import { actionParams, callParams, matterQuery, transferBody } from '../query-schemas.js';
import { REFUSALS, refusalResponses, TRANSFER_REFUSALS } from '../refusals.js';
import { errorSchema } from '../schemas.js';
import { unknownMatter, wish } from '../transfer-routes.js';
import { ABOUT, agentOf, done, errors } from './desk-gate.js';
import type { Desks } from './desks.js';

const noteBody = z.strictObject({ note: z.string().trim().min(1).max(2000) });

/** What an agent does with the call of the desk, and with calls that were. */
export function deskCallRoutes(
  api: Api,
  { operations, dialPlan, now = Date.now }: ApiContext,
  desks: Desks,
): void {
  api.post(
    '/v1/desk/transfers',
    {
      config: { role: null },
      schema: {
        tags: ['desk'],
        summary: 'Transfer the call of this desk, or alert a member',
        description: ABOUT,
        security: [],
        body: transferBody,
        response: { 202: z.object({ transferId: z.string() }), ...refusalResponses(...TRANSFER_REFUSALS) },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const own = desks.callOf(agent);
      if (own === null) return reply.code(404).send(errorBody('unknown-call', 'This desk has no call.'));
      const wished = wish(request.body, dialPlan());
      if (wished === null) return reply.code(422).send(unknownMatter(request.body.matter));
      const transferorLeg = own.leg.id;
      const result = await operations.transfer(own.call.id, { ...wished, trigger: 'desk', transferorLeg });
      if (result.ok) return reply.code(202).send({ transferId: result.value.transferId });
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.post(
    '/v1/desk/transfers/:action',
    {
      config: { role: null },
      schema: {
        tags: ['desk'],
        summary: 'Complete, cancel or change sides in the transfer of this desk',
        description: ABOUT,
        security: [],
        params: actionParams,
        response: { 202: done, ...refusalResponses('unknown-call', 'no-transfer', 'not-talking') },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const own = desks.callOf(agent);
      if (own === null) return reply.code(404).send(errorBody('unknown-call', 'This desk has no call.'));
      const result = await operations.controlTransfer(own.call.id, request.params.action);
      if (result.ok) return reply.code(202).send({});
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.post(
    '/v1/desk/call/hang-up',
    {
      config: { role: null },
      schema: {
        tags: ['desk'],
        summary: 'Hang up the call of this desk',
        description: `For desks whose phone is not the page. ${ABOUT}`,
        security: [],
        response: { 202: done, ...refusalResponses('unknown-call', 'transfer-pending') },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const own = desks.callOf(agent);
      if (own === null) return reply.code(404).send(errorBody('unknown-call', 'This desk has no call.'));
      // The caller is on the way to somebody: only the phone itself may leave now.
      if (own.call.transfer !== null)
        return reply.code(409).send(errorBody('transfer-pending', 'Take the caller back first.'));
      const result = await operations.hangUp(own.call.id);
      if (result.ok) return reply.code(202).send({});
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.put(
    '/v1/desk/notes/:id',
    {
      config: { role: null },
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
    '/v1/desk/missed-calls/:id/done',
    {
      config: { role: null },
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
      config: { role: null },
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
