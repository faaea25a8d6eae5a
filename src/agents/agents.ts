/** Agents of ours as the engine sees them; see `start-agents.ts` for what is behind it. */
import type { AgentDirectory } from './agent.js';
import type { AgentContacts } from './agent-contacts.js';

/** Who they are, where they ring, and what their phones ask for. */
export interface Agents extends AgentDirectory, AgentContacts {}

const nothing = (): void => undefined;

/** A system in which nobody has an account. */
export const NO_AGENTS: Agents = {
  agent: () => undefined,
  atExtension: () => undefined,
  agents: () => [],
  onAgents: () => nothing,
  contactsOf: () => [],
  onReachable: () => nothing,
  lost: nothing,
};
