/** Figures of the wall, out of what the server says of calls and queues. */
import type { LiveCall, Member, Queue } from './server/shapes.js';

export const AGENT_STATES = ['ready', 'ringing', 'talking', 'after-call', 'pause', 'offline'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

export interface MemberRow {
  readonly id: string;
  readonly emergency: boolean;
  /** Callers who speak, or have spoken, with somebody there. */
  readonly talking: number;
  /** Callers who wait there: in its queue, or without any answer so far. */
  readonly waiting: number;
  /** When the one who waits longest began to; UTC milliseconds. */
  readonly waitingSince: number | null;
  /** Null where the member has no queue here: its agents are behind its own PBX. */
  readonly agents: Readonly<Record<AgentState, number>> | null;
}

/** One row for each member, in the order of the dial plan. */
export function memberRows(
  members: readonly Pick<Member, 'id' | 'emergency'>[],
  calls: readonly Pick<LiveCall, 'id' | 'currentMember' | 'firstMember' | 'startedAt' | 'callBackOf'>[],
  queues: readonly Pick<Queue, 'member' | 'agents' | 'waiting'>[],
): readonly MemberRow[] {
  const queued = new Map(
    queues.flatMap(({ member, waiting }) =>
      waiting.map((waiter) => [waiter.callId, { member, since: Date.parse(waiter.sinceAt) }] as const),
    ),
  );
  return members.map(({ id, emergency }) => {
    const since: number[] = [...queued.values()]
      .filter(({ member }) => member === id)
      .map((one) => one.since);
    let talking = 0;
    for (const call of calls) {
      if (queued.has(call.id)) continue;
      if (call.currentMember === id) talking += 1;
      const unanswered = call.currentMember === null && call.callBackOf === null;
      if (unanswered && call.firstMember === id) since.push(Date.parse(call.startedAt));
    }
    const queue = queues.find(({ member }) => member === id);
    return {
      id,
      emergency,
      talking,
      waiting: since.length,
      waitingSince: since.length === 0 ? null : Math.min(...since),
      agents: queue === undefined ? null : agentsByState(queue.agents),
    };
  });
}

/** How many agents are in each state. */
export function agentsByState(
  agents: readonly { readonly state: AgentState }[],
): Readonly<Record<AgentState, number>> {
  const counts = { ready: 0, ringing: 0, talking: 0, 'after-call': 0, pause: 0, offline: 0 };
  for (const { state } of agents) counts[state] += 1;
  return counts;
}
