/** Bindings of phones on disk, so that they outlive the program. Blocks on the disk. */
import type Database from 'better-sqlite3';
import { openAgentTables } from './agent-tables.js';
import type { Registration } from './registration.js';

/** What changed since the last time; written in one transaction. */
export interface ContactChanges {
  readonly saved: readonly Registration[];
  /** Ids. */
  readonly removed: readonly string[];
}

export class ContactStore {
  readonly #db: Database.Database;
  readonly #write: Database.Transaction<(changes: ContactChanges) => void>;

  /** @param file see agentsPath; throws SQLite's errors */
  constructor(file: string) {
    this.#db = openAgentTables(file);
    const save = this.#db.prepare<[string, string, number]>(
      'INSERT OR REPLACE INTO agent_contacts (id, contact, expires_at) VALUES (?, ?, ?)',
    );
    const remove = this.#db.prepare<[string]>('DELETE FROM agent_contacts WHERE id = ?');
    this.#write = this.#db.transaction(({ saved, removed }) => {
      for (const id of removed) remove.run(id);
      for (const contact of saved) save.run(contact.id, JSON.stringify(contact), contact.expiresAt);
    });
  }

  write(changes: ContactChanges): void {
    this.#write.immediate(changes);
  }

  /** Bindings that hold at `now`, UTC milliseconds; those that ran out meanwhile go. */
  load(now: number): readonly Registration[] {
    this.#db.prepare('DELETE FROM agent_contacts WHERE expires_at <= ?').run(now);
    const rows = this.#db.prepare<[], { contact: string }>('SELECT contact FROM agent_contacts').all();
    return rows.map(({ contact }) => JSON.parse(contact) as Registration);
  }

  close(): void {
    this.#db.close();
  }
}
