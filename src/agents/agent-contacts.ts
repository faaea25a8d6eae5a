/** Where an agent rings: what routing and queues ask of the registrar. */
import type { AgentId } from './agent.js';

/** One way to a phone. */
export interface ContactWay {
  /**
   * URI of the next hop where that is not what the Request-URI says: the connection or NAT binding that the phone
   * registered by (RFC 5626 §5.3), or the edge proxy of its Path (RFC 3327). Null: where the Request-URI leads.
   */
  readonly nextHop: string | null;
  /** `host:port/transport` of that hop, for people. */
  readonly peer: string;
}

/** A phone of an agent that can be called now. */
export interface AgentContact {
  /** Names the binding as long as it is refreshed. */
  readonly id: string;
  readonly agent: AgentId;
  /**
   * The device, where it has flows that stand in for each other (RFC 5626 §5.3, §7): of one device's contacts only one
   * is rung at a time. Null: this is all that is known of the phone.
   */
  readonly device: string | null;
  /** Request-URI of calls to it: its Contact. */
  readonly uri: string;
  /** Route header of calls to it: the Path that it registered with; null without. */
  readonly route: string | null;
  /** Tried in order while nobody is there at all. */
  readonly ways: readonly [ContactWay, ...ContactWay[]];
}

export interface AgentContacts {
  /**
   * The phones that an agent has registered and that are not known to be gone, the one with the highest `q`
   * (RFC 3261 §10.2.1.2) first, then the one heard of last; all of them ring at once, of one device one. Empty: unreachable, or the account is disabled.
   */
  contactsOf(agent: AgentId): readonly AgentContact[];
  /**
   * Called when an agent gets a first phone that can be called (`reachable` true) or loses the last one. Not called
   * for what is loaded at start: ask `contactsOf`.
   */
  onReachable(listener: (agent: AgentId, reachable: boolean) => void): () => void;
  /**
   * A call found nobody at this contact by the way over `nextHop`. Once that is so for all its ways, it is not rung any
   * more until it is heard of again.
   */
  lost(contactId: string, nextHop: string | null): void;
}
