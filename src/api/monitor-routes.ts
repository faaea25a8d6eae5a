import { z } from 'zod';
import type { ListenerWish } from '../engine/operations.js';
import { refusalBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { callParams, listenerBody, monitorModeBody } from './query-schemas.js';
import { REFUSALS, refusalResponses } from './refusals.js';
import { text } from './schemas.js';

const accepted = z.object({
  callId: text('Id of the call'),
  monitorId: text('Names this listening in events and ledger'),
});

/** A supervisor listens to a call; steps in, if need be. */
export function monitorRoutes(api: Api, context: ApiContext): void {
  beginRoute(api, context);
  changeRoutes(api, context);
}

function beginRoute(api: Api, { sight }: ApiContext): void {
  api.post(
    '/v1/calls/:id/monitor',
    {
      schema: {
        tags: ['live'],
        summary: 'Let somebody listen to a call',
        description:
          'Calls the phone of an agent or of a desk of a member. Once answered it hears everybody who speaks, over transfers too, and is heard by nobody; nobody in the call is told. Ends with the call. The ledger keeps who asked, who listened and when; see `/v1/audits`.',
        params: callParams,
        body: listenerBody,
        response: {
          202: accepted,
          ...refusalResponses(
            'unknown-call',
            'mode-unavailable',
            'already-monitored',
            'unknown-listener',
            'listener-unreachable',
            'not-audited',
            'shutting-down',
          ),
        },
      },
    },
    async (request, reply) => {
      const by = request.holder ?? '';
      const result = await sight(request).operations.monitors.start(
        request.params.id,
        wishOf(request.body),
        by,
      );
      if (result.ok) return reply.code(202).send(result.value);
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );
}

function changeRoutes(api: Api, { sight }: ApiContext): void {
  api.patch(
    '/v1/calls/:id/monitor',
    {
      schema: {
        tags: ['live'],
        summary: 'How the listener is heard',
        description:
          'By nobody, by the agent alone, or by both. Only while the caller talks with one agent; when they are parted the listener only listens. Each change is in `/v1/audits`.',
        params: callParams,
        body: monitorModeBody,
        response: {
          200: accepted,
          ...refusalResponses(
            'not-monitored',
            'not-listening',
            'mode-pending',
            'not-talking',
            'mode-unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { mode } = request.body;
      const result = await sight(request).operations.monitors.change(
        request.params.id,
        mode,
        request.holder ?? '',
      );
      if (result.ok) return reply.code(200).send(result.value);
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );

  api.delete(
    '/v1/calls/:id/monitor',
    {
      schema: {
        tags: ['live'],
        summary: 'Nobody listens any more',
        description: 'The phone of the listener is let go; the call notices nothing.',
        params: callParams,
        response: { 202: accepted, ...refusalResponses('not-monitored') },
      },
    },
    async (request, reply) => {
      const result = sight(request).operations.monitors.stop(request.params.id, request.holder ?? '');
      if (result.ok) return reply.code(202).send(result.value);
      return reply.code(REFUSALS[result.refusal.code].status).send(refusalBody(result.refusal));
    },
  );
}

function wishOf({ agent, member, extension }: z.output<typeof listenerBody>): ListenerWish {
  return agent === undefined ? { member: member ?? '', extension: extension ?? '' } : { agent };
}
