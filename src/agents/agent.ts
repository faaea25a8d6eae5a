/** Agents who have an account here: people at desks whose phones register with us, not with a member's PBX. */
import type { MemberId } from '../dialplan/plan.js';

/** Name of an account, the user part of its address and the name in digests (RFC 7616): `li-na`. */
export type AgentId = string;

/** What an account says of its agent. Values do not change: an account that is edited becomes another value. */
export interface Agent {
  readonly id: AgentId;
  /** The member whose calls the agent takes and on whose behalf the agent transfers. */
  readonly member: MemberId;
  /** Number of the desk, unique within its member: `8017`. */
  readonly extension: string;
  readonly displayName: string;
  readonly role: AgentRole;
  /** Words that queues choose by. */
  readonly skills: readonly string[];
  /** Languages spoken, as BCP 47 tags: `zh`, `en`, `ug`. */
  readonly languages: readonly string[];
  /** Members for whose transfers this is the liaison desk. */
  readonly liaisonFor: readonly MemberId[];
  /** False: the phone can neither register nor call. */
  readonly enabled: boolean;
}

export type AgentRole = 'agent' | 'supervisor';

/** The accounts as they are now; changes of the command line arrive within seconds. */
export interface AgentDirectory {
  agent(id: AgentId): Agent | undefined;
  /** The agent at a desk of this member. */
  atExtension(member: MemberId, extension: string): Agent | undefined;
  /** All accounts, disabled ones too, in the order of their ids. */
  agents(): readonly Agent[];
  /** Called after accounts were added, changed or removed; returns the function that ends it. */
  onAgents(listener: () => void): () => void;
}
