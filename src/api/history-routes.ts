import { measured } from './answer-goal.js';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { callParams, callQuery, legQuery, transferQuery } from './query-schemas.js';
import { storySchema } from './recording-schemas.js';
import { callSchema, errorSchema, legSchema, pageSchema, transferSchema } from './schemas.js';
import { pageOf, toWire } from './wire.js';

const errors = { 400: errorSchema, 401: errorSchema, 503: errorSchema };

/** What the ledger keeps of calls, legs and transfers that have ended. */
export function historyRoutes(api: Api, { sight }: ApiContext): void {
  api.get(
    '/v1/calls',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Calls that have ended',
        querystring: callQuery,
        response: { 200: pageSchema(callSchema), ...errors },
      },
    },
    async (request) => {
      const { items, ...rest } = pageOf(await sight(request).ledger.calls(request.query));
      return { items: items.map(measured), ...rest };
    },
  );

  api.get(
    '/v1/legs',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Legs that have ended',
        querystring: legQuery,
        response: { 200: pageSchema(legSchema), ...errors },
      },
    },
    async (request) => pageOf(await sight(request).ledger.legs(request.query)),
  );

  api.get(
    '/v1/transfers',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Transfers that have ended',
        querystring: transferQuery,
        response: { 200: pageSchema(transferSchema), ...errors },
      },
    },
    async (request) => pageOf(await sight(request).ledger.transfers(request.query)),
  );

  api.get(
    '/v1/calls/:id',
    {
      schema: {
        tags: ['ledger'],
        summary: 'One call with its legs, transfers and recordings',
        description: 'While the call is live, `call` is null and what has ended of it is there.',
        params: callParams,
        response: { 200: storySchema, 404: errorSchema, ...errors },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const story = await sight(request).ledger.story(id);
      if (story !== undefined) {
        const { call, ...rest } = toWire(story);
        return reply.code(200).send({ call: call === null ? null : measured(call), ...rest });
      }
      const message = `The ledger has no call "${id}"; a live call is at /v1/calls/live/{id}.`;
      return reply.code(404).send(errorBody('unknown-call', message));
    },
  );
}
