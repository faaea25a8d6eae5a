import { z } from 'zod';
import type { AgentStatus, AgentWish, WaiterView } from '../engine/operations.js';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { agentStateBody, agentStateParams, queueQuery } from './query-schemas.js';
import { agentStateSchema, queueSchema } from './queue-schemas.js';
import { errorSchema } from './schemas.js';
import { toWire } from './wire.js';

/** Queues of ours: who waits, and what the agents do. */
export function queueRoutes(api: Api, { sight, dialPlan, now = Date.now }: ApiContext): void {
  api.get(
    '/v1/queues',
    {
      schema: {
        tags: ['live'],
        summary: 'Queues: who waits, and what the agents are doing',
        description:
          'Of all members, or of one. The events `agent-state`, `queue-entered` and `queue-left` tell of changes.',
        querystring: queueQuery,
        response: { 200: z.object({ items: z.array(queueSchema) }), 400: errorSchema, 401: errorSchema },
      },
    },
    (request) => {
      const { member } = request.query;
      const { operations, members: seen } = sight(request);
      const agents = operations.agentStatuses();
      const waiting = operations.waitingCallers();
      const members = [...dialPlan().members.keys()]
        .filter((id) => seen === 'all' || seen.includes(id))
        .filter((id) => member === undefined || id === member);
      return { items: members.map((id) => toWire(describeQueue(id, agents, waiting, now()))) };
    },
  );

  api.post(
    '/v1/agents/:id/state',
    {
      schema: {
        tags: ['live'],
        summary: 'Set what an agent does: ready, pause, offline',
        description:
          'For agents’ desktops and supervisors. During a call it takes effect when that is over. The ledger keeps the name of the token.',
        params: agentStateParams,
        body: agentStateBody,
        response: {
          200: agentStateSchema,
          400: errorSchema,
          401: errorSchema,
          403: errorSchema,
          404: { description: '`unknown-agent`: there is no such account', content: json },
          409: { description: '`unreachable`: no phone of the agent is registered', content: json },
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { operations } = sight(request);
      const result = operations.askAgentState(id, wishOf(request.body), request.holder ?? 'api');
      const status = operations.agentStatuses().find(({ agent }) => agent.id === id);
      if (result === 'unknown-agent' || status === undefined)
        return reply.code(404).send(errorBody('unknown-agent', `There is no agent "${id}".`));
      if (result === 'unreachable')
        return reply.code(409).send(errorBody('unreachable', `No phone of "${id}" is registered.`));
      return reply.code(200).send(toWire(describeAgent(status)));
    },
  );
}

const json = { 'application/json': { schema: errorSchema } };

function wishOf({ state, reason }: z.output<typeof agentStateBody>): AgentWish {
  return state === 'pause' ? { state, reason: reason ?? 'pause' } : { state };
}

function describeQueue(
  member: string,
  agents: readonly AgentStatus[],
  waiting: readonly WaiterView[],
  now: number,
) {
  const own = agents.filter(({ agent }) => agent.member === member);
  return {
    member,
    free: own.filter(({ state }) => state === 'ready').length,
    there: own.filter(({ state }) => state !== 'offline').length,
    waiting: waiting
      .filter(({ queue }) => queue === member)
      .map(({ call, queue: _, ringing, since, ...waiter }) => ({
        callId: call,
        ...waiter,
        sinceAt: since,
        waitedSeconds: Math.max(0, now - since) / 1000,
        ringing: [...ringing],
      })),
    agents: own.map(describeAgent),
  };
}

function describeAgent({ agent, state, reason, since, next }: AgentStatus) {
  const { id, displayName, extension } = agent;
  return { agent: id, name: displayName, extension, state, reason, sinceAt: since, next };
}
