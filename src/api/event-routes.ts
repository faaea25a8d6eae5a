import { z } from 'zod';
import type { LiveEvent } from '../engine/operations.js';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { hidesNumbers } from './rights/mask-answers.js';
import { errorSchema } from './schemas.js';

const EXAMPLE = `id: 42
event: transfer-completed
data: {"seq":42,"at":"2026-03-02T08:00:00.000Z","type":"transfer-completed","callId":"…","legId":null,"transferId":"…","detail":{}}
`;

/** Every event, for the OpenAPI document. */
const EVENTS: Readonly<Record<LiveEvent['type'], string>> = {
  'call-started': 'a caller has dialled a member',
  'leg-started': 'a party is called, or calls',
  'leg-ringing': 'it rings',
  'leg-answered': 'it answered',
  'leg-ended': 'it is gone',
  'transfer-requested': 'a transfer was accepted',
  'transfer-ringing': 'its target rings',
  'transfer-answered': 'its target answered; with mode `consult` agent and target now talk',
  'transfer-toggled': 'the agent has changed sides; `speaksWith` is `target` or `transferee`',
  'conference-started': 'caller, agent and target speak with each other',
  'conference-lost': 'the mixer has failed: agent and caller talk on, the target waits',
  'transfer-completed': 'caller and target are connected',
  'transfer-failed': 'the caller is, or goes, back; `cause` says why',
  'transfer-refused': 'a transfer was not accepted; `cause` says why',
  'alert-raised':
    '`toMember` is told of an incident by `fromMember`, with `caller`, `matter` and `note`; /v1/alerts has the location',
  'call-recovered': 'the program was killed and is here again; the call goes on',
  'call-ended': 'the call is over; with `goesOnAs` it has become part of that call',
  'media-lost': 'no audio has come from a leg for the time that the settings state; the call goes on',
  'media-back': 'audio comes from that leg again',
  'agent-state':
    'what `agent` of `member` does has changed, `from` and `to`; `reason` and `by` say why and who',
  'queue-entered': 'a caller waits in `queue`, which has `length` callers now',
  'queue-left': 'the caller is not in `queue` any more, after `waitedMs`',
  'recording-started': 'the call is recorded from now on; `trigger` is `policy` or `request`',
  'recording-ended': 'it is not any more; `endedBy` says why',
  'recording-failed': 'it should be recorded and is not; `cause` says why, the call goes on',
  'recordings-stopped': 'the disk of recordings is nearly full: nothing is recorded until there is room',
  'recordings-back': 'there is room again',
  surge:
    'more comes than is usual: `state` is `began` or `ended`, `of` is `member` (calls) or `matter` (transfers), with `name`, `count` in the last `minutes`, how many are `expected`, and how far that is from the usual spread (`score`)',
  'monitor-started': 'the phone of `listener` is called, for `by`, to listen to the call',
  'monitor-changed': 'the listener hears the call, and is heard as `mode` says',
  'monitor-stopped': 'nobody listens any more; `cause` says why',
  'ledger-refused':
    'the disk of the ledger refuses, `code`; calls go on, records wait in `keptIn`, `memory` or `spool`',
  'ledger-back': 'all records that waited are in the ledger',
  'agent-registered': 'an agent has a first phone that can be called: `agent`, `member`, `phones`',
  'agent-unregistered': 'an agent has no phone any more that can be called',
  'agent-locked-out':
    'too many wrong passwords: `account` is locked for the address `source`, for `seconds`; others are not',
  'gateway-up': 'a gateway answers again',
  'gateway-down': 'a gateway does not answer',
  'dialplan-reloaded': 'another dial plan is in force',
  'dialplan-refused': 'a dial plan had faults; the old one stays',
};
const LIST = Object.entries(EVENTS)
  .map(([type, meaning]) => `- \`${type}\`: ${meaning}`)
  .join('\n');

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
        description: `Server-sent events. The id of an event is its number; send the last one you had as Last-Event-ID to get what came since. An event \`gap\` says that some of it is lost: read the state anew then. A reader that does not keep up is dropped.\n\n${LIST}`,
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
      hub.serve(reply.raw, {
        lastSeen: last === undefined ? undefined : Number(last),
        masked: hidesNumbers(request),
        members: request.members ?? [],
      });
      return reply;
    },
  );
}
