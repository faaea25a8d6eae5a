/** Tables of agents in the ledger's database. They are no records: nothing of them is in the hash chain. */
import Database from 'better-sqlite3';

/** How long to wait for somebody else's write transaction; milliseconds. */
const BUSY_MS = 5000;

/** Open the database of a ledger that is there already. Throws SQLite's errors. */
export function openAgentTables(file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true });
  try {
    db.pragma(`busy_timeout = ${BUSY_MS}`);
    db.pragma('journal_mode = WAL');
    // What a crash of the machine may cost is a minute of contacts; the ledger has a connection of its own.
    db.pragma('synchronous = NORMAL');
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
      INSERT OR IGNORE INTO meta (key, value) VALUES ('agents_revision', '0');
    `);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
