import { z } from 'zod';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { errorSchema } from './schemas.js';

const EXAMPLE = `id: 42
event: transfer-completed
data: {"seq":42,"at":"2026-03-02T08:00:00.000Z","type":"transfer-completed","callId":"…","legId":null,"transferId":"…","detail":{}}
`;

/** The stream of live events. */
export function eventRoutes(api: Api, { hub }: ApiContext): void {
  api.get(
    '/v1/events',
    {
      // A HEAD would wait for the end of a stream that has none.
      exposeHeadRoute: false,
      schema: {
        tags: ['live'],
        summary: 'Live events',
        description:
          'Server-sent events. The id of an event is its number; send the last one you had as Last-Event-ID to get what came since. An event `gap` says that some of it is lost: read the state anew then. A reader that does not keep up is dropped.',
        headers: z.object({
          'last-event-id': z
            .string()
            .regex(/^\d{1,15}$/, 'expected the number of an event')
            .optional()
            .meta({ description: 'Id of the last event that you had' }),
        }),
        response: {
          200: {
            description: 'The stream, which does not end',
            content: { 'text/event-stream': { schema: z.string().meta({ example: EXAMPLE }) } },
          },
          400: errorSchema,
          401: errorSchema,
          503: errorSchema,
        },
      },
    },
    async (request, reply) => {
      if (!hub.hasRoom) {
        return reply
          .code(503)
          .send(errorBody('too-many-readers', 'All places at the event stream are taken.'));
      }
      const last = request.headers['last-event-id'];
      reply.hijack();
      hub.serve(reply.raw, last === undefined ? undefined : Number(last));
      return reply;
    },
  );
}
