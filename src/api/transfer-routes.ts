import { z } from 'zod';
import type { DialPlan } from '../dialplan/plan.js';
import type { TransferRequest } from '../engine/operations.js';
import { errorBody, refusalBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { callParams } from './query-schemas.js';
import { CONTROL_REFUSALS, REFUSALS, refusalResponses, TRANSFER_REFUSALS } from './refusals.js';
import {
  actionParams,
  controlParams,
  partyBody,
  partyQuery,
  partyTransferBody,
  transferBody,
} from './transfer-schemas.js';

const accepted = z.object({
  callId: z.string().meta({ description: 'Id of the call' }),
  transferId: z.string().meta({ description: 'Id of the transfer' }),
});

const ANSWERED =
  'Answered as soon as it is accepted or refused. How it comes out is told by the events and by the ledger.';
const BY_MATTER =
  'Where `to` is left out, the caller goes to the member that `matter` belongs to; 422 `unknown-matter` when no matter has this code.';
const BY_PARTY =
  'For desktops that do not know our call ids: name the call by a party of it, by `sipCallId`, `extension` or `agent`, and `member` where extensions of several members are the same.';

/** Transfer a call, and steer the transfer that is under way. */
export function transferRoutes(api: Api, context: ApiContext): void {
  ofCall(api, context);
  ofParty(api, context);
}

function ofCall(api: Api, { sight, dialPlan }: ApiContext): void {
  api.post(
    '/v1/calls/:id/transfers',
    {
      schema: {
        tags: ['live'],
        summary: 'Transfer a call to another member, or alert one',
        description: `${BY_MATTER} ${ANSWERED}`,
        params: callParams,
        body: transferBody,
        response: { 202: accepted, ...refusalResponses(...TRANSFER_REFUSALS) },
      },
    },
    async (request, reply) => {
      const callId = request.params.id;
      const { operations } = sight(request);
      const wished = wish(request.body, dialPlan());
      if (wished === null) return reply.code(422).send(unknownMatter(request.body.matter));
      const result = await operations.transfer(callId, wished);
      if (result.ok) return reply.code(202).send({ callId, transferId: result.value.transferId });
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.post(
    '/v1/calls/:id/transfer/:action',
    {
      schema: {
        tags: ['live'],
        summary: 'Complete, cancel or toggle the transfer under way, or make it a conference',
        description: ANSWERED,
        params: controlParams,
        response: {
          202: accepted,
          ...refusalResponses(...CONTROL_REFUSALS),
        },
      },
    },
    async (request, reply) => {
      const { id: callId, action } = request.params;
      const { operations } = sight(request);
      const result = await operations.controlTransfer(callId, action);
      if (result.ok) return reply.code(202).send({ callId, transferId: result.value.transferId });
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );
}

function ofParty(api: Api, { sight, dialPlan }: ApiContext): void {
  api.post(
    '/v1/transfers',
    {
      schema: {
        tags: ['live'],
        summary: 'Transfer the call of an agent, extension or SIP Call-ID',
        description: `${BY_PARTY} ${BY_MATTER} ${ANSWERED}`,
        body: partyTransferBody,
        response: { 202: accepted, ...refusalResponses('ambiguous', ...TRANSFER_REFUSALS) },
      },
    },
    async (request, reply) => {
      const wished = wish(request.body, dialPlan());
      if (wished === null) return reply.code(422).send(unknownMatter(request.body.matter));
      const { operations } = sight(request);
      const located = operations.locate(partyQuery(request.body), 'transfer');
      if (!located.ok)
        return reply.code(REFUSALS[located.refusal.code].status).send(refusalBody(located.refusal));
      const { callId, transferorLeg } = located.value;
      const result = await operations.transfer(callId, {
        ...wished,
        transferorLeg: transferorLeg ?? undefined,
      });
      if (result.ok) return reply.code(202).send({ callId, transferId: result.value.transferId });
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.post(
    '/v1/transfers/:action',
    {
      schema: {
        tags: ['live'],
        summary: 'Steer the transfer of an agent, extension or SIP Call-ID',
        description: `${BY_PARTY} Where several calls fit, those with a transfer under way are meant. ${ANSWERED}`,
        params: actionParams,
        body: partyBody,
        response: {
          202: accepted,
          ...refusalResponses('ambiguous', ...CONTROL_REFUSALS),
        },
      },
    },
    async (request, reply) => {
      const { operations } = sight(request);
      const located = operations.locate(partyQuery(request.body), 'control');
      if (!located.ok)
        return reply.code(REFUSALS[located.refusal.code].status).send(refusalBody(located.refusal));
      const { callId } = located.value;
      const result = await operations.controlTransfer(callId, request.params.action);
      if (result.ok) return reply.code(202).send({ callId, transferId: result.value.transferId });
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );
}

type Body = z.output<typeof transferBody>;

/** An empty field of a form is no field. Null when nothing says where to: the matter is in no catalogue. */
export function wish(
  { to, mode, matter, note, language, transferorLeg }: Body,
  plan: DialPlan,
): TransferRequest | null {
  const target = to ?? plan.matters.get(matter ?? '')?.member;
  if (target === undefined) return null;
  return {
    to: target,
    mode,
    matter: matter || undefined,
    note: note || undefined,
    language: language || undefined,
    transferorLeg,
  };
}

/** Body of the answer where a transfer names a matter that is not there. */
export function unknownMatter(matter: string | undefined) {
  const message = `There is no matter "${matter ?? ''}" in the catalogue; see /v1/matters, or say where to with "to".`;
  return errorBody('unknown-matter', message);
}
