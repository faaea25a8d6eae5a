/** Accounts and registrations of agents: a file of their own beside the ledger. Nothing of them is in the hash chain. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { ACCOUNT_AUDITS } from './account-audits.js';

/** How long to wait for somebody else's write transaction; milliseconds. */
const BUSY_MS = 5000;

/** Where accounts were before they had a file of their own: in the ledger's, under its name then and since. */
const FORMER_FILES = ['ledger.sqlite', 'ledger-before-months.sqlite'];

const FORMER_COLUMNS =
  'id, member, extension, display_name, role, skills, languages, liaison_for, enabled, realm, ha1_md5, ha1_sha256, created_at, changed_at';

/** Path of the file in a data folder, absolute. */
export function agentsPath(dir: string): string {
  return join(resolve(dir), 'agents.sqlite');
}

/** Open the file; makes it where it is missing, in a folder that must be there. Throws SQLite's errors. */
export function openAgentTables(file: string): Database.Database {
  // What is kept of passwords is nothing for others on this machine.
  closeSync(openSync(file, 'a+', 0o640));
  const db = new Database(file, { fileMustExist: true });
  try {
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    db.pragma('journal_mode = WAL');
    // What a crash of the machine may cost is a minute of contacts.
    db.pragma('synchronous = NORMAL');
    if (hasTable(db, 'main', 'agents')) {
      // On a full disk what is there can still be read.
      if (!hasTable(db, 'main', ACCOUNT_AUDITS.table)) db.exec(ACCOUNT_AUDITS.sql);
      return db;
    }
    const former = FORMER_FILES.map((name) => join(dirname(file), name)).find((path) => existsSync(path));
    if (former === undefined) db.transaction(() => makeTables(db)).immediate();
    else takeOver(db, former);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function makeTables(db: Database.Database): void {
  db.exec(`
    CREATE TABLE IF NOT EXISTS agents (
      id TEXT PRIMARY KEY, member TEXT NOT NULL, extension TEXT NOT NULL, display_name TEXT NOT NULL,
      role TEXT NOT NULL, skills TEXT NOT NULL, languages TEXT NOT NULL, liaison_for TEXT NOT NULL,
      enabled INTEGER NOT NULL, realm TEXT NOT NULL, ha1_md5 TEXT NOT NULL, ha1_sha256 TEXT NOT NULL,
      created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, UNIQUE (member, extension)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS agent_contacts (
      id TEXT PRIMARY KEY, contact TEXT NOT NULL, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    ${ACCOUNT_AUDITS.sql}
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT OR IGNORE INTO meta (key, value) VALUES ('agents_revision', '0');
  `);
}

/** Tables and what the former file has for them, in one transaction. */
function takeOver(db: Database.Database, former: string): void {
  db.prepare('ATTACH ? AS former').run(former);
  db.transaction(() => {
    makeTables(db);
    if (!hasTable(db, 'former', 'agents')) return;
    db.exec(`
      INSERT INTO agents (${FORMER_COLUMNS}) SELECT ${FORMER_COLUMNS} FROM former.agents;
      INSERT INTO agent_contacts (id, contact, expires_at) SELECT id, contact, expires_at FROM former.agent_contacts;
      INSERT OR REPLACE INTO meta SELECT key, value FROM former.meta WHERE key = 'agents_revision';
    `);
  }).immediate();
  db.exec('DETACH former');
}

function hasTable(db: Database.Database, schema: 'main' | 'former', table: string): boolean {
  return (
    db.prepare(`SELECT 1 FROM ${schema}.sqlite_master WHERE type = 'table' AND name = ?`).get(table) !==
    undefined
  );
}
