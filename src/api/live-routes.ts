import { z } from 'zod';
import { errorBody, refusalBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { liveCallSchema } from './live-schemas.js';
import { callParams } from './query-schemas.js';
import { REFUSALS, refusalResponses } from './refusals.js';
import { errorSchema } from './schemas.js';
import { toWire } from './wire.js';

/** Calls in progress: look, hang up. */
export function liveRoutes(api: Api, context: ApiContext): void {
  lookRoutes(api, context);
  actRoutes(api, context);
}

function lookRoutes(api: Api, { sight }: ApiContext): void {
  api.get(
    '/v1/calls/live',
    {
      schema: {
        tags: ['live'],
        summary: 'Calls in progress',
        response: { 200: z.object({ items: z.array(liveCallSchema) }), 401: errorSchema },
      },
    },
    (request) => ({ items: toWire(sight(request).operations.liveCalls()) }),
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
      const call = sight(request).operations.liveCall(request.params.id);
      if (call !== undefined) return reply.code(200).send(toWire(call));
      return reply.code(404).send(errorBody('unknown-call', `There is no live call "${request.params.id}".`));
    },
  );
}

function actRoutes(api: Api, { sight }: ApiContext): void {
  api.post(
    '/v1/calls/:id/hangup',
    {
      schema: {
        tags: ['live'],
        summary: 'End a call',
        description: 'Ends every leg of the call, the caller’s too.',
        params: callParams,
        response: {
          202: z.object({ callId: z.string() }),
          ...refusalResponses('unknown-call', 'not-talking', 'shutting-down'),
        },
      },
    },
    async (request, reply) => {
      const result = await sight(request).operations.hangUp(request.params.id);
      if (result.ok) return reply.code(202).send({ callId: result.value.callId });
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );
}
