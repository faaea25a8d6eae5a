import type { StoredAccount } from '../../agents/account-store.js';
import { table } from '../ledger/text.js';

/** Accounts as a table; a password that was made for another realm is marked. */
export function accountsTable(accounts: readonly StoredAccount[], realm: string): readonly string[] {
  if (accounts.length === 0) return ['no accounts'];
  return table([
    ['account', 'member', 'extension', 'name', 'role', 'skills', 'languages', 'liaison for', 'state'],
    ...accounts.map(({ agent, realm: made }) => [
      agent.id,
      agent.member,
      agent.extension,
      agent.displayName,
      agent.role,
      agent.skills.join(',') || null,
      agent.languages.join(',') || null,
      agent.liaisonFor.join(',') || null,
      agent.enabled ? (made === realm ? 'enabled' : `password of realm ${made}: set it anew`) : 'disabled',
    ]),
  ]);
}
