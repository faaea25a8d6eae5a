import type { Agent } from '../../agents/agent.js';

/** What desks need of the accounts of agents. */
export interface DeskAccounts {
  agent(id: string): Agent | undefined;
  /** Changes whenever the password or the account does; null without an account, or while it is disabled. */
  markOf(id: string): string | null;
  /** `source`: IP address; too many wrong passwords from there lock the account for it. */
  logIn(id: string, password: string, source: string): 'right' | 'wrong' | 'locked';
  /** Password that the phone of a page registers with: good for that alone, and as long as the account's own. */
  pagePassword(id: string): string | null;
  /** Domain of the agents' addresses, and realm of their passwords. */
  readonly realm: string;
  /** Some phone of the agent can be called. */
  isReachable(id: string): boolean;
}
