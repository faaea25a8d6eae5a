import { z } from 'zod';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { missedCalls } from './missed-calls.js';
import { calledBackBody, callParams, missedQuery } from './query-schemas.js';
import { errorSchema, text, time } from './schemas.js';
import { toWire } from './wire.js';

const DAY_MS = 24 * 3_600_000;
const DEFAULT_DAYS = 7;
const DEFAULT_LIMIT = 50;

const missedSchema = z
  .object({
    id: text('Id of the last of the calls'),
    callerNumber: text('Number to call back', '13800000000').nullable(),
    member: text('Member first called', 'city-12345').nullable(),
    firstAt: time('First of the calls'),
    lastAt: time('Last of the calls'),
    times: z.number().int().meta({ description: 'How often the caller tried' }),
    waitMs: z.number().nullable().meta({ description: 'How long the last time; milliseconds' }),
    cause: text('Why the last call ended: `abandoned`, `all-targets-failed`, ...').nullable(),
  })
  .meta({ id: 'MissedCall' });

/** Callers whom nobody answered, until somebody has called them back. */
export function missedCallRoutes(api: Api, { ledger, operations, now = Date.now }: ApiContext): void {
  api.get(
    '/v1/missed-calls',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Callers who are to be called back',
        description: `Calls that were given up or that nobody answered, of the last days (default ${DEFAULT_DAYS}); calls of the same number to a member are one entry. Who has got through to the member since is not there, nor who was called back.`,
        querystring: missedQuery,
        response: {
          200: z.object({ items: z.array(missedSchema) }),
          400: errorSchema,
          401: errorSchema,
          503: errorSchema,
        },
      },
    },
    async (request) => {
      const { member, days = DEFAULT_DAYS, limit = DEFAULT_LIMIT } = request.query;
      const items = await missedCalls(ledger, { member, from: now() - days * DAY_MS, limit });
      return { items: items.map((item) => toWire(item)) };
    },
  );

  api.post(
    '/v1/missed-calls/:id/done',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Note that a caller was called back',
        description:
          'All calls of this number to the member are done with it. Needs the role operator; the ledger keeps who noted it, and the note.',
        params: callParams,
        body: calledBackBody,
        response: {
          200: z.object({ id: z.string() }),
          400: errorSchema,
          401: errorSchema,
          403: errorSchema,
          404: { description: '`unknown-call`: no missed call has this id', content: json },
          503: errorSchema,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const call = (await ledger.story(id))?.call;
      if (call?.missed !== true)
        return reply.code(404).send(errorBody('unknown-call', `There is no missed call "${id}".`));
      await operations.noteCalledBack(id, request.holder ?? 'api', request.body.note ?? null);
      return reply.code(200).send({ id });
    },
  );
}

const json = { 'application/json': { schema: errorSchema } };
