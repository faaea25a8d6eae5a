import { mkdirSync } from 'node:fs';
import { AccountStore, secretsOf } from '../../src/agents/account-store.js';
import { agentsPath } from '../../src/agents/agent-tables.js';

/** An account of a bench. */
export interface BenchAccount {
  readonly id: string;
  readonly member: string;
  readonly extension: string;
}

/** Make these accounts, all with one password, in the data folder of a server that is not running. */
export function makeAccounts(dir: string, accounts: readonly BenchAccount[], password: string): void {
  mkdirSync(dir, { recursive: true });
  const store = new AccountStore(agentsPath(dir));
  for (const account of accounts) {
    const { id } = account;
    const rest = {
      displayName: id,
      role: 'agent',
      skills: [],
      languages: [],
      liaisonFor: [],
      enabled: true,
    } as const;
    const now = Date.now();
    const secrets = secretsOf(id, 'onekey', password);
    const times = { createdAt: now, changedAt: now };
    store.add({ agent: { ...account, ...rest }, realm: 'onekey', secrets, ...times }, 'bench');
  }
  store.close();
}
