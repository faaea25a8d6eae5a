/** Agents of ours as the engine and the API see them; `agent-room.ts` is what is behind it. */
import type { AgentDirectory, AgentId } from './agent.js';
import type { AgentContacts } from './agent-contacts.js';
import type { Admission, AgentAnswer, AgentRequest, RequestSource } from './agent-request.js';
import type { ContactHealth } from './contact-book.js';
import type { Lockout } from './lockouts.js';
import type { Registration } from './registration.js';

/** What happened to an agent, for people who watch. */
export interface AgentNews {
  readonly type: 'agent-registered' | 'agent-unregistered' | 'agent-locked-out';
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Counters since start. */
export interface AgentFigures {
  /** REGISTER requests by the status of their final response. */
  readonly registers: Readonly<Record<number, number>>;
  readonly wrongPasswords: number;
  readonly lockouts: number;
}

/** Who they are, where they ring, and what their phones ask for. */
export interface Agents extends AgentDirectory, AgentContacts {
  /** The final response to a REGISTER; null while nobody has an account here. */
  register(request: AgentRequest): AgentAnswer | null;
  /**
   * Who sends an INVITE: an agent who proves it by digest or by the connection of a registered phone. Whoever claims to
   * be one of `known`, a source that trunks allow, is not asked for credentials.
   */
  admit(request: AgentRequest, known: boolean): Admission;
  /** Some phone is registered from there. */
  isPhone(source: Pick<RequestSource, 'host' | 'port'>): boolean;
  /** All bindings. */
  registrations(): readonly (Registration & ContactHealth)[];
  /** Accounts that are locked now, for the source that guessed. */
  lockouts(): readonly Lockout[];
  figures(): AgentFigures;
  onNews(listener: (news: AgentNews) => void): () => void;
  /** A phone of the agent has registered, for the first time or again. */
  onHeard(listener: (agent: AgentId) => void): () => void;
}

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
  register: () => null,
  admit: () => ({ kind: 'stranger' }),
  isPhone: () => false,
  registrations: () => [],
  lockouts: () => [],
  figures: () => ({ registers: {}, wrongPasswords: 0, lockouts: 0 }),
  onNews: () => nothing,
  onHeard: () => nothing,
};
