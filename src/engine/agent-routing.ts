/** Calls from agent to agent. */
import type { Agent } from '../agents/agent.js';
import type { Agents } from '../agents/agents.js';
import type { Routing } from '../call/routing.js';
import { phonesOf } from './plan-routing.js';

/** How long an agent's phones ring for a colleague, seconds. */
const RING_SECONDS = 30;

/** Routing in which the first call to the agent's member goes to that agent alone, and on to nobody else. */
export function routingToAgent(routing: Routing, agent: Agent, agents: Pick<Agents, 'contactsOf'>): Routing {
  const { member } = agent;
  return {
    limits: routing.limits,
    member: (id) => {
      const found = routing.member(id);
      return found !== undefined && id === member ? { ...found, fallback: null } : found;
    },
    resolve: (address) => routing.resolve(address),
    stages: (id, from) => {
      if (id !== member || from !== null) return routing.stages(id, from);
      const phones = phonesOf(agent, RING_SECONDS, agents);
      return phones.length === 0 ? [] : [phones];
    },
    // Neither hours nor capacity of the member are meant.
    obstacle: (id, at) => (id === member ? null : routing.obstacle(id, at)),
    mayTransfer: (from, to) => routing.mayTransfer(from, to),
    canMix: () => routing.canMix(),
    readKeys: (keys) => routing.readKeys(keys),
  };
}
