import type Database from 'better-sqlite3';
import { type AccountChange, type ChangedBy, noteChange } from '../agents/account-audits.js';
import { raiseRevision, roleOf, scopeOf } from './people-database.js';
import type { Person, StoredPerson } from './person.js';

export type PersonChange = { readonly ok: true } | { readonly ok: false; readonly why: 'exists' | 'unknown' };

interface Row {
  readonly id: string;
  readonly display_name: string;
  readonly role: string;
  readonly members: string;
  readonly enabled: number;
  readonly password: string;
  readonly created_at: number;
  readonly changed_at: number;
}

/** Accounts of people on disk. Each change is audited. Blocks on it, and throws SQLite's errors: for the command line and a thread. */
export class PersonStore {
  constructor(private readonly db: Database.Database) {}

  all(): readonly StoredPerson[] {
    return this.db.prepare<[], Row>('SELECT * FROM people ORDER BY id').all().map(personOf);
  }

  get(id: string): StoredPerson | undefined {
    const row = this.db.prepare<[string], Row>('SELECT * FROM people WHERE id = ?').get(id);
    return row === undefined ? undefined : personOf(row);
  }

  add(person: Person, password: string, who: ChangedBy): PersonChange {
    const insert = this.db.prepare(
      'INSERT OR IGNORE INTO people VALUES (@id, @display_name, @role, @members, @enabled, @password, @now, @now)',
    );
    const { id, role, members } = person;
    const done = { action: 'account-added', subject: id, detail: JSON.stringify({ role, members }) } as const;
    return this.#changing('exists', { ...who, ...done }, () =>
      insert.run({ ...rowOf(person), password, now: who.now }),
    );
  }

  /** Change what the account says of its person. */
  edit(person: Person, who: ChangedBy): PersonChange {
    const update = this.db.prepare(
      'UPDATE people SET display_name = @display_name, role = @role, members = @members, enabled = @enabled, changed_at = @now WHERE id = @id',
    );
    const { id, displayName, role, members, enabled } = person;
    const detail = JSON.stringify({ displayName, role, members, enabled });
    const done = { action: 'account-changed', subject: id, detail } as const;
    return this.#changing('unknown', { ...who, ...done }, () =>
      update.run({ ...rowOf(person), now: who.now }),
    );
  }

  setPassword(id: string, password: string, who: ChangedBy): PersonChange {
    const update = this.db.prepare('UPDATE people SET password = ?, changed_at = ? WHERE id = ?');
    const done = { action: 'password-changed', subject: id, detail: null } as const;
    return this.#changing('unknown', { ...who, ...done }, () => update.run(password, who.now, id));
  }

  #changing(
    otherwise: 'exists' | 'unknown',
    change: AccountChange,
    write: () => Database.RunResult,
  ): PersonChange {
    return this.db
      .transaction((): PersonChange => {
        if (write().changes === 0) return { ok: false, why: otherwise };
        raiseRevision(this.db);
        noteChange(this.db, change);
        return { ok: true };
      })
      .immediate();
  }
}

function rowOf({ id, displayName, role, members, enabled }: Person) {
  return {
    id,
    display_name: displayName,
    role,
    members: JSON.stringify(members),
    enabled: enabled ? 1 : 0,
  };
}

function personOf(row: Row): StoredPerson {
  return {
    person: Object.freeze({
      id: row.id,
      displayName: row.display_name,
      role: roleOf(row.role),
      members: scopeOf(row.members),
      enabled: row.enabled === 1,
    }),
    password: row.password,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
