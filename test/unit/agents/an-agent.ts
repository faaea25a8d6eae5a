import type { Agent } from '../../../src/agents/agent.js';
import type { Moment } from '../../../src/agents/queue-types.js';

/** An agent as tests want one. */
export function anAgent(id: string, more: Partial<Agent> = {}): Agent {
  return {
    id,
    member: 'city',
    extension: '8001',
    displayName: id,
    role: 'agent',
    skills: [],
    languages: [],
    liaisonFor: [],
    enabled: true,
    ...more,
  };
}

/** A moment so many seconds after the beginning. */
export function second(seconds: number): Moment {
  return { utc: 1_772_438_400_000 + seconds * 1000, mono: seconds * 1000 };
}
