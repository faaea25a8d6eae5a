import { z } from 'zod';
import { type ErrorBody, errorBody, refusalBody } from '../api-error.js';
import type { Api, WholeContext } from '../context.js';
import { REFUSALS, refusalResponses, TRANSFER_REFUSALS } from '../refusals.js';
import { unknownMatter, wish } from '../transfer-routes.js';
import { actionParams, deskTransferBody } from '../transfer-schemas.js';
import { AnsweredRequests } from './answered-requests.js';
import { ABOUT, agentOf, done } from './desk-gate.js';
import type { Desks } from './desks.js';

type Answer =
  | { readonly ok: true; readonly transferId: string }
  | {
      readonly ok: false;
      readonly status: (typeof REFUSALS)[keyof typeof REFUSALS]['status'];
      readonly body: ErrorBody;
    };

const NO_CALL: Answer = {
  ok: false,
  status: 404,
  body: errorBody('unknown-call', 'This desk has no such call.'),
};

/** The one key, and what follows it. */
export function deskTransferRoutes(
  api: Api,
  { operations, dialPlan, now = Date.now }: WholeContext,
  desks: Desks,
): void {
  const answered = new AnsweredRequests<Answer>(now);

  async function transfer(
    agent: string,
    { callId, ...body }: Omit<z.output<typeof deskTransferBody>, 'requestId'>,
  ): Promise<Answer> {
    const own = desks.callOf(agent);
    if (own === null || (callId !== undefined && callId !== own.call.id)) return NO_CALL;
    const wished = wish(body, dialPlan());
    if (wished === null) return { ok: false, status: 422, body: unknownMatter(body.matter) };
    const transferorLeg = own.leg.id;
    const result = await operations.transfer(own.call.id, { ...wished, trigger: 'desk', transferorLeg });
    if (result.ok) return { ok: true, transferId: result.value.transferId };
    return { ok: false, status: REFUSALS[result.refusal.code].status, body: refusalBody(result.refusal) };
  }

  api.post(
    '/v1/desk/transfers',
    {
      schema: {
        tags: ['desk'],
        summary: 'Transfer the call of this desk, or alert a member',
        description: ABOUT,
        security: [],
        body: deskTransferBody,
        response: { 202: z.object({ transferId: z.string() }), ...refusalResponses(...TRANSFER_REFUSALS) },
      },
    },
    async (request, reply) => {
      const agent = await agentOf(request, reply, desks);
      if (agent === null) return reply;
      const { requestId, ...wanted } = request.body;
      const name = requestId === undefined ? null : `${agent} ${requestId}`;
      const answer = await answered.once(name, () => transfer(agent, wanted));
      if (answer.ok) return reply.code(202).send({ transferId: answer.transferId });
      return reply.code(answer.status).send(answer.body);
    },
  );

  api.post(
    '/v1/desk/transfers/:action',
    {
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
}
