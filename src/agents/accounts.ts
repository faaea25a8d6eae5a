import type { StoredAccount } from './account-store.js';
import type { Agent, AgentDirectory, AgentId } from './agent.js';
import type { Account } from './authenticator.js';

/** The accounts in memory, as they were last read. */
export class Accounts implements AgentDirectory {
  #byId: ReadonlyMap<AgentId, StoredAccount> = new Map();
  #byDesk: ReadonlyMap<string, Agent> = new Map();
  #agents: readonly Agent[] = [];
  readonly #listeners = new Set<() => void>();

  /** @param realm accounts of another realm open nothing */
  constructor(
    private readonly realm: string,
    accounts: readonly StoredAccount[],
  ) {
    this.#take(accounts);
  }

  get size(): number {
    return this.#byId.size;
  }

  agent(id: AgentId): Agent | undefined {
    return this.#byId.get(id)?.agent;
  }

  atExtension(member: string, extension: string): Agent | undefined {
    return this.#byDesk.get(`${member} ${extension}`);
  }

  agents(): readonly Agent[] {
    return this.#agents;
  }

  onAgents(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** For the digest; accounts whose secrets were made for another realm are as good as not there. */
  account(id: AgentId): Account | undefined {
    const found = this.#byId.get(id);
    return found?.realm === this.realm ? found : undefined;
  }

  /** Take the accounts as they are now; gives the ids of those that changed. */
  replace(accounts: readonly StoredAccount[]): readonly AgentId[] {
    const before = this.#byId;
    this.#take(accounts);
    const changed = [...new Set([...before.keys(), ...this.#byId.keys()])].filter(
      (id) => before.get(id)?.changedAt !== this.#byId.get(id)?.changedAt,
    );
    for (const listener of this.#listeners) listener();
    return changed;
  }

  #take(accounts: readonly StoredAccount[]): void {
    this.#byId = new Map(accounts.map((account) => [account.agent.id, account]));
    this.#agents = accounts.map(({ agent }) => agent);
    this.#byDesk = new Map(this.#agents.map((agent) => [`${agent.member} ${agent.extension}`, agent]));
  }
}
