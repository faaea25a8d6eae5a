/** The file that people's accounts and tokens are in, beside that of agents. Blocks on the disk. */
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { ACCOUNT_AUDITS } from '../agents/account-audits.js';
import { type MemberScope, ROLES, type Role } from '../config/roles.js';

/** How long to wait for somebody else's write transaction; milliseconds. */
const BUSY_MS = 5000;

/** Each with the table that shows that it was done. */
const PARTS: readonly (readonly [table: string, sql: string])[] = [
  [
    'people',
    `CREATE TABLE IF NOT EXISTS people (
       id TEXT PRIMARY KEY, display_name TEXT NOT NULL, role TEXT NOT NULL, members TEXT NOT NULL,
       enabled INTEGER NOT NULL, password TEXT NOT NULL, created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL
     ) WITHOUT ROWID;
     CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
     INSERT OR IGNORE INTO meta (key, value) VALUES ('revision', 0);`,
  ],
  [
    'tokens',
    `CREATE TABLE IF NOT EXISTS token_secrets (
       digest TEXT PRIMARY KEY, token TEXT NOT NULL, made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, used_at INTEGER
     ) WITHOUT ROWID;
     CREATE INDEX IF NOT EXISTS secrets_of_token ON token_secrets (token);
     ${ACCOUNT_AUDITS.sql}
     CREATE TABLE IF NOT EXISTS tokens (
       name TEXT PRIMARY KEY, role TEXT NOT NULL, members TEXT NOT NULL, created_at INTEGER NOT NULL,
       created_by TEXT NOT NULL, revoked_at INTEGER
     ) WITHOUT ROWID;`,
  ],
];

/** Path of the file in a data folder, absolute. */
export function peoplePath(dir: string): string {
  return join(resolve(dir), 'people.sqlite');
}

/** @param file see peoplePath; made when it is missing, in a folder that must be there. Throws SQLite's errors */
export function openPeopleDatabase(file: string): Database.Database {
  // What is kept of passwords and tokens is nothing for others on this machine.
  closeSync(openSync(file, 'a+', 0o640));
  const db = new Database(file, { fileMustExist: true });
  try {
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // On a full disk what is there can still be read.
    for (const [table, sql] of PARTS)
      if (!hasTable(db, table)) db.transaction(() => db.exec(sql)).immediate();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Grows with every change of an account or a token. */
export function revisionOf(db: Database.Database): number {
  return db.prepare<[], number>("SELECT value FROM meta WHERE key = 'revision'").pluck().get() ?? 0;
}

/** Something was changed that a running server must see; within the transaction of the change. */
export function raiseRevision(db: Database.Database): void {
  db.exec("UPDATE meta SET value = value + 1 WHERE key = 'revision'");
}

/** What somebody else wrote into a table counts as the least. */
export function roleOf(text: string): Role {
  return ROLES.find((role) => role === text) ?? 'viewer';
}

/** What somebody else wrote into a table counts as no member. */
export function scopeOf(json: string): MemberScope {
  try {
    const scope: unknown = JSON.parse(json);
    if (scope === 'all') return 'all';
    return Array.isArray(scope) ? scope.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}

function hasTable(db: Database.Database, name: string): boolean {
  const found = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name);
  return found !== undefined;
}
