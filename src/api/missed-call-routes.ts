import { z } from 'zod';
import { errorBody, refusalBody } from './api-error.js';
import { callBack } from './call-back.js';
import type { Api, ApiContext } from './context.js';
import { callBackBody, calledBackBody, callParams, missedQuery } from './query-schemas.js';
import { CALL_BACK_REFUSALS, REFUSALS, refusalResponses } from './refusals.js';
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
    attempts: z
      .array(
        z.object({
          endedAt: time('End of the attempt'),
          callId: text('That call').nullable(),
          by: text('Who asked for it', 'li-na'),
          cause: text('`busy`, `no-answer`, `agent-no-answer`, `abandoned`, ...').nullable(),
        }),
      )
      .meta({ description: 'Call backs that did not reach the caller, the last one first' }),
  })
  .meta({ id: 'MissedCall' });

/** Callers whom nobody answered, until somebody has called them back. */
export function missedCallRoutes(api: Api, { sight, now = Date.now }: ApiContext): void {
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
      const items = await sight(request).missedCalls({ member, from: now() - days * DAY_MS, limit });
      return { items: items.map((item) => toWire(item)) };
    },
  );

  api.post(
    '/v1/missed-calls/:id/call-back',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Call a caller back',
        description:
          'The phones of the agent ring; as soon as one is answered, the caller is called by a carrier of the dial plan, with the number of the member that was called. Answered when the call has begun; events, `GET /v1/calls/{id}` and the ledger tell how it comes out. A caller who is reached is done with; else the attempt is noted.',
        params: callParams,
        body: callBackBody,
        response: {
          202: z.object({ callId: text('The call that has begun') }),
          ...refusalResponses(...CALL_BACK_REFUSALS),
        },
      },
    },
    async (request, reply) => {
      const { agent, extension = '', member } = request.body;
      const result = await callBack(sight(request), {
        missedCall: request.params.id,
        agent: agent === undefined ? { by: 'extension', member, extension } : { by: 'agent', agent },
        requestedBy: request.holder ?? 'api',
      });
      if (result.ok) return reply.code(202).send(result.value);
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.post(
    '/v1/missed-calls/:id/done',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Note that a caller was called back',
        description:
          'All calls of this number to the member are done with it. The ledger keeps who noted it, and the note.',
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
      const { ledger, operations } = sight(request);
      const call = (await ledger.story(id))?.call;
      if (call?.missed !== true)
        return reply.code(404).send(errorBody('unknown-call', `There is no missed call "${id}".`));
      await operations.noteCalledBack(id, request.holder ?? 'api', request.body.note ?? null);
      return reply.code(200).send({ id });
    },
  );
}

const json = { 'application/json': { schema: errorSchema } };
