import { z } from 'zod';
import { errorBody, REFUSAL_STATUS, refusalBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { callParams, transferBody } from './query-schemas.js';
import { errorSchema, liveCallSchema } from './schemas.js';
import { toWire } from './wire.js';

const refusals = {
  401: errorSchema,
  403: errorSchema,
  404: errorSchema,
  409: errorSchema,
  422: errorSchema,
  503: errorSchema,
};

/** Calls in progress: look, transfer, hang up. */
export function liveRoutes(api: Api, context: ApiContext): void {
  lookRoutes(api, context);
  actRoutes(api, context);
}

function lookRoutes(api: Api, { operations }: ApiContext): void {
  api.get(
    '/v1/calls/live',
    {
      schema: {
        tags: ['live'],
        summary: 'Calls in progress',
        response: { 200: z.object({ items: z.array(liveCallSchema) }), 401: errorSchema },
      },
    },
    () => ({ items: toWire(operations.liveCalls()) }),
  );

  api.get(
    '/v1/calls/live/:id',
    {
      schema: {
        tags: ['live'],
        summary: 'One call in progress',
        params: callParams,
        response: { 200: liveCallSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async (request, reply) => {
      const call = operations.liveCall(request.params.id);
      if (call !== undefined) return reply.code(200).send(toWire(call));
      return reply.code(404).send(errorBody('unknown-call', `There is no live call "${request.params.id}".`));
    },
  );
}

function actRoutes(api: Api, { operations }: ApiContext): void {
  api.post(
    '/v1/calls/:id/transfers',
    {
      schema: {
        tags: ['live'],
        summary: 'Transfer a call to another member',
        description:
          'Answered as soon as the transfer is accepted or refused. How it comes out is told by the events and by the ledger. Needs the role operator.',
        params: callParams,
        body: transferBody,
        response: {
          202: z.object({ transferId: z.string().meta({ description: 'Id of the transfer' }) }),
          400: errorSchema,
          ...refusals,
        },
      },
    },
    async (request, reply) => {
      const { to, mode, transferorLeg } = request.body;
      const result = await operations.transfer(request.params.id, { to, mode, transferorLeg });
      if (result.ok) return reply.code(202).send({ transferId: result.value.transferId });
      return reply.code(REFUSAL_STATUS[result.refusal.code]).send(refusalBody(result.refusal));
    },
  );

  api.post(
    '/v1/calls/:id/hangup',
    {
      schema: {
        tags: ['live'],
        summary: 'End a call',
        description: 'Ends every leg of the call, the caller’s too. Needs the role operator.',
        params: callParams,
        response: { 202: z.object({ callId: z.string() }), ...refusals },
      },
    },
    async (request, reply) => {
      const result = await operations.hangUp(request.params.id);
      if (result.ok) return reply.code(202).send({ callId: result.value.callId });
      return reply.code(REFUSAL_STATUS[result.refusal.code]).send(refusalBody(result.refusal));
    },
  );
}
