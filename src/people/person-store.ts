/** Accounts of people on disk, in a file beside those of agents. Blocks on the disk: for the command line and a thread. */
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { type MemberScope, ROLES, type Role } from '../config/roles.js';
import type { Person, StoredPerson } from './person.js';

/** How long to wait for somebody else's write transaction; milliseconds. */
const BUSY_MS = 5000;

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

/** Path of the file in a data folder, absolute. */
export function peoplePath(dir: string): string {
  return join(resolve(dir), 'people.sqlite');
}

export class PersonStore {
  readonly #db: Database.Database;

  /** @param file see peoplePath; made when it is missing, in a folder that must be there. Throws SQLite's errors */
  constructor(file: string) {
    // What is kept of passwords is nothing for others on this machine.
    closeSync(openSync(file, 'a+', 0o640));
    this.#db = new Database(file, { fileMustExist: true });
    try {
      this.#db.pragma(`busy_timeout = ${BUSY_MS}`);
      this.#db.pragma('journal_mode = WAL');
      this.#db.pragma('synchronous = FULL');
      // On a full disk what is there can still be read.
      if (!hasTable(this.#db)) this.#db.transaction(() => makeTables(this.#db)).immediate();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  all(): readonly StoredPerson[] {
    return this.#db.prepare<[], Row>('SELECT * FROM people ORDER BY id').all().map(personOf);
  }

  get(id: string): StoredPerson | undefined {
    const row = this.#db.prepare<[string], Row>('SELECT * FROM people WHERE id = ?').get(id);
    return row === undefined ? undefined : personOf(row);
  }

  add(person: Person, password: string, now: number): PersonChange {
    const insert = this.#db.prepare(
      'INSERT OR IGNORE INTO people VALUES (@id, @display_name, @role, @members, @enabled, @password, @now, @now)',
    );
    return this.#changing('exists', () => insert.run({ ...rowOf(person), password, now }));
  }

  /** Change what the account says of its person. */
  edit(person: Person, now: number): PersonChange {
    const update = this.#db.prepare(
      'UPDATE people SET display_name = @display_name, role = @role, members = @members, enabled = @enabled, changed_at = @now WHERE id = @id',
    );
    return this.#changing('unknown', () => update.run({ ...rowOf(person), now }));
  }

  setPassword(id: string, password: string, now: number): PersonChange {
    const update = this.#db.prepare('UPDATE people SET password = ?, changed_at = ? WHERE id = ?');
    return this.#changing('unknown', () => update.run(password, now, id));
  }

  /** Grows with every change of any account. */
  revision(): number {
    return this.#db.prepare<[], number>("SELECT value FROM meta WHERE key = 'revision'").pluck().get() ?? 0;
  }

  close(): void {
    this.#db.close();
  }

  #changing(otherwise: 'exists' | 'unknown', write: () => Database.RunResult): PersonChange {
    return this.#db
      .transaction((): PersonChange => {
        if (write().changes === 0) return { ok: false, why: otherwise };
        this.#db.exec("UPDATE meta SET value = value + 1 WHERE key = 'revision'");
        return { ok: true };
      })
      .immediate();
  }
}

function hasTable(db: Database.Database): boolean {
  return (
    db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'people'").get() !== undefined
  );
}

function makeTables(db: Database.Database): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS people (
      id TEXT PRIMARY KEY, display_name TEXT NOT NULL, role TEXT NOT NULL, members TEXT NOT NULL,
      enabled INTEGER NOT NULL, password TEXT NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT OR IGNORE INTO meta (key, value) VALUES ('revision', 0);
  `);
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

/** What somebody else wrote into the table counts as the least. */
function roleOf(text: string): Role {
  return ROLES.find((role) => role === text) ?? 'viewer';
}

/** What somebody else wrote into the table counts as no member. */
function scopeOf(json: string): MemberScope {
  try {
    const scope: unknown = JSON.parse(json);
    if (scope === 'all') return 'all';
    return Array.isArray(scope) ? scope.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
