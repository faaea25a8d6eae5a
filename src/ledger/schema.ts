import type Database from 'better-sqlite3';
import type { ChainHead } from './chain.js';
import { GENESIS } from './chain.js';
import { RECORD_KINDS, type RecordKind, TABLES } from './columns.js';

/** Name of the ledger's file in the data folder. */
export const LEDGER_FILE = 'ledger.sqlite';
/** Marks a SQLite file as ours (`PRAGMA application_id`): "1key". */
export const APPLICATION_ID = 0x316b6579;
/**
 * Version of the tables (`PRAGMA user_version`). 2 brought the agent of a leg, and matter and note of a
 * transfer; 3 recordings and audits; 4 moves and hold of a call. A ledger of an older version is brought up to date when it is opened for writing.
 */
export const SCHEMA_VERSION = 4;

/**
 * Columns that the queries filter by; each index ends in the time, so pages come out in order. Indexes are
 * named after their place here: new ones come last, and the version that brought them goes to INDEXES_SINCE.
 */
const INDEXES: readonly string[] = [
  'calls (started_at)',
  'calls (first_member, started_at)',
  'calls (last_member, started_at)',
  'calls (caller_number, started_at)',
  'calls (trunk, started_at)',
  'calls (outcome, started_at)',
  'calls (cause, started_at) WHERE cause IS NOT NULL',
  'calls (started_at) WHERE missed = 1',
  'legs (started_at)',
  'legs (call_id)',
  'legs (member, started_at)',
  'legs (caller_number, started_at)',
  'legs (trunk, started_at)',
  'legs (outcome, started_at)',
  'legs (sip_call_id) WHERE sip_call_id IS NOT NULL',
  'transfers (requested_at)',
  'transfers (call_id)',
  'transfers (from_member, requested_at)',
  'transfers (to_member, requested_at)',
  'transfers (outcome, requested_at)',
  'transfers (cause, requested_at) WHERE cause IS NOT NULL',
  'legs (agent, started_at) WHERE agent IS NOT NULL',
  'transfers (matter, requested_at) WHERE matter IS NOT NULL',
  'transfers (mode, requested_at)',
  'recordings (started_at)',
  'recordings (call_id)',
  'audits (done_at)',
  'audits (subject, done_at)',
  'audits (actor, done_at)',
];
/** First index of each version of the tables after the first. */
const INDEXES_SINCE: Readonly<Record<number, number>> = { 2: 21, 3: 24 };

/** Statements that make the indexes from this one on. */
function indexStatements(from: number): string {
  return INDEXES.map((index, number) => {
    const table = index.slice(0, index.indexOf(' '));
    return number < from ? '' : `CREATE INDEX ${table}_${number} ON ${index};`;
  }).join('\n');
}

/** Make the tables in an empty database. Runs in one transaction. */
export function createSchema(db: Database.Database, createdAt: number): void {
  const tables = RECORD_KINDS.map(tableStatement);
  db.transaction(() => {
    db.exec(`
      ${tables.join('\n')}
      ${indexStatements(0)}
      CREATE TABLE journal (call_id TEXT PRIMARY KEY, snapshot TEXT NOT NULL, written_at INTEGER NOT NULL);
      CREATE TABLE chain (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, hash TEXT NOT NULL);
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${SCHEMA_VERSION};
    `);
    const set = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
    set.run('created_at', String(createdAt));
    set.run('head_hash', GENESIS);
    set.run('count', '0');
    set.run('commit', '0');
  })();
}

function tableStatement(kind: RecordKind): string {
  const { table, columns } = TABLES[kind];
  const rest = columns.map(({ name, type }) =>
    name === 'id' ? 'id TEXT NOT NULL UNIQUE' : `${quoted(name)} ${type}`,
  );
  return `CREATE TABLE ${table} (seq INTEGER PRIMARY KEY, ${rest.join(', ')});`;
}

/** Kinds of records that a ledger of this version has a table for. */
export function kindsOf(version: number): readonly RecordKind[] {
  return RECORD_KINDS.filter((kind) => TABLES[kind].since <= version);
}

/** Version of the tables of a ledger. */
export function schemaVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * Bring the tables of an older ledger up to date, in one transaction: tables, columns and indexes are added, no
 * record is touched, so the chain stays as it is.
 */
export function upgradeSchema(db: Database.Database): void {
  const version = schemaVersion(db);
  if (version >= SCHEMA_VERSION) return;
  const tables = RECORD_KINDS.filter((kind) => TABLES[kind].since > version).map(tableStatement);
  const added = kindsOf(version).flatMap((kind) =>
    TABLES[kind].columns
      .filter(({ since }) => since > version)
      .map(({ name, type }) => `ALTER TABLE ${TABLES[kind].table} ADD COLUMN ${quoted(name)} ${type};`),
  );
  const firstIndex = INDEXES_SINCE[version + 1] ?? INDEXES.length;
  db.transaction(() => {
    db.exec(`
      ${tables.join('\n')}
      ${added.join('\n')}
      ${indexStatements(firstIndex)}
      PRAGMA user_version = ${SCHEMA_VERSION};
    `);
  }).immediate();
}

/** A column name safe to use in SQL: `trigger` is a keyword. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/** A value of the meta table; undefined when it is not there. */
export function readMeta(db: Database.Database, key: string): string | undefined {
  const row = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?').get(key);
  return row?.value;
}

/** Where the chain stands according to the meta table; undefined when that is gone. */
export function readHead(db: Database.Database): ChainHead | undefined {
  const hash = readMeta(db, 'head_hash');
  const count = Number(readMeta(db, 'count') ?? Number.NaN);
  return hash === undefined || !Number.isSafeInteger(count) ? undefined : { count, hash };
}
