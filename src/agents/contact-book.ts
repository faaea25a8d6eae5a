import type { AgentId } from './agent.js';
import type { AgentContact } from './agent-contacts.js';
import { contactOf, type Registration } from './registration.js';

/** How a phone does, apart from what it registered. */
export interface ContactHealth {
  /** Calls or keep-alives found nobody there; it is not rung until it is heard of again. */
  readonly lost: boolean;
}

/** Told of every change of a binding, for the store. */
export interface BookEvents {
  saved(registration: Registration): void;
  removed(id: string): void;
  /** The agent has a first phone that can be called, or lost the last one. */
  reachable(agent: AgentId, reachable: boolean): void;
}

interface Entry {
  registration: Registration;
  contact: AgentContact;
  lost: boolean;
}

/** The bindings of all agents (RFC 3261 §10.3: the location service). It holds as many as agents may have. */
export class ContactBook {
  readonly #entries = new Map<string, Entry>();
  readonly #byAgent = new Map<AgentId, Set<string>>();

  constructor(private readonly events: BookEvents) {}

  get size(): number {
    return this.#entries.size;
  }

  /** Take in what was kept from before; tells nobody. */
  load(registrations: readonly Registration[]): void {
    for (const registration of registrations) this.#put(registration);
  }

  get(id: string): Registration | undefined {
    return this.#entries.get(id)?.registration;
  }

  /** Bindings of an agent, the one that was refreshed longest ago first. */
  of(agent: AgentId): readonly Registration[] {
    return this.#entriesOf(agent)
      .map(({ registration }) => registration)
      .sort((a, b) => a.refreshedAt - b.refreshedAt);
  }

  all(): readonly (Registration & ContactHealth)[] {
    return [...this.#entries.values()].map(({ registration, lost }) => ({ ...registration, lost }));
  }

  /** Phones that can be rung, by preference, then the one that was heard of last. */
  contactsOf(agent: AgentId): readonly AgentContact[] {
    return this.#entriesOf(agent)
      .filter(({ lost }) => !lost)
      .sort(({ registration: a }, { registration: b }) => b.q - a.q || b.refreshedAt - a.refreshedAt)
      .map(({ contact }) => contact);
  }

  /** Add a binding or refresh it: the phone was heard of. */
  put(registration: Registration): void {
    this.#changing(registration.agent, () => this.#put(registration));
    this.events.saved(registration);
  }

  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { agent } = entry.registration;
    this.#changing(agent, () => {
      this.#entries.delete(id);
      const own = this.#byAgent.get(agent);
      own?.delete(id);
      if (own?.size === 0) this.#byAgent.delete(agent);
    });
    this.events.removed(id);
  }

  /** Nobody answers there, or somebody does again. */
  mark(id: string, lost: boolean): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.lost === lost) return;
    this.#changing(entry.registration.agent, () => {
      entry.lost = lost;
    });
  }

  /** Remove what has run out by now, UTC milliseconds. */
  expire(now: number): readonly Registration[] {
    const gone = [...this.#entries.values()]
      .map(({ registration }) => registration)
      .filter(({ expiresAt }) => expiresAt <= now);
    for (const { id } of gone) this.remove(id);
    return gone;
  }

  #entriesOf(agent: AgentId): Entry[] {
    return [...(this.#byAgent.get(agent) ?? [])].flatMap((id) => this.#entries.get(id) ?? []);
  }

  #put(registration: Registration): void {
    const { id, agent } = registration;
    this.#entries.set(id, { registration, contact: contactOf(registration), lost: false });
    const own = this.#byAgent.get(agent) ?? new Set();
    own.add(id);
    this.#byAgent.set(agent, own);
  }

  #changing(agent: AgentId, change: () => void): void {
    const before = this.contactsOf(agent).length > 0;
    change();
    const after = this.contactsOf(agent).length > 0;
    if (before !== after) this.events.reachable(agent, after);
  }
}
