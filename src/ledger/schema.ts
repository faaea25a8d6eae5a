import type Database from 'better-sqlite3';
import { RECORD_KINDS, type RecordKind, TABLES } from './columns.js';
import { META_TABLE, type Previous } from './meta.js';
import type { Month } from './month.js';

/** Marks a SQLite file as ours (`PRAGMA application_id`): "1key". */
export const APPLICATION_ID = 0x316b6579;
/**
 * Version of the tables (`PRAGMA user_version`): of a month's file, and of the file of live calls. 1 to 4 were one
 * file for all; 5 brought months and seals, 6 the missed call of a call back. A file that lacks columns or indexes of a
 * later version gets them when it is opened for writing; readers take what is not there for empty.
 */
export const SCHEMA_VERSION = 6;
/** Versions of the tables that a month's file and that of live calls may have. */
export const MONTHLY_VERSIONS = [5, SCHEMA_VERSION] as const;

/**
 * What the queries need; each index ends in the time, so that pages come out in order. Values that nearly every record
 * has are not worth an index: whoever looks for them finds them on the way. An index is named after what it is on.
 */
const INDEXES: Readonly<Record<string, string>> = {
  calls_time: 'calls (started_at)',
  calls_first_member: 'calls (first_member, started_at)',
  calls_last_member: 'calls (last_member, started_at)',
  calls_caller: 'calls (caller_number, started_at) WHERE caller_number IS NOT NULL',
  calls_outcome: "calls (outcome, started_at) WHERE outcome <> 'answered'",
  calls_cause: "calls (cause, started_at) WHERE cause <> 'hung-up'",
  calls_missed: 'calls (started_at) WHERE missed = 1',
  calls_call_back: 'calls (call_back_of) WHERE call_back_of IS NOT NULL',
  legs_time: 'legs (started_at)',
  // Also the way to a leg by its id, of which there are a few in a call.
  legs_call: 'legs (call_id)',
  legs_member: 'legs (member, started_at) WHERE member IS NOT NULL',
  legs_caller: 'legs (caller_number, started_at) WHERE caller_number IS NOT NULL',
  legs_agent: 'legs (agent, started_at) WHERE agent IS NOT NULL',
  legs_outcome: "legs (outcome, started_at) WHERE outcome <> 'answered'",
  transfers_time: 'transfers (requested_at)',
  transfers_call: 'transfers (call_id)',
  transfers_from: 'transfers (from_member, requested_at)',
  transfers_to: 'transfers (to_member, requested_at)',
  transfers_outcome: 'transfers (outcome, requested_at)',
  transfers_cause: 'transfers (cause, requested_at) WHERE cause IS NOT NULL',
  transfers_matter: 'transfers (matter, requested_at) WHERE matter IS NOT NULL',
  transfers_mode: 'transfers (mode, requested_at)',
  recordings_time: 'recordings (started_at)',
  recordings_call: 'recordings (call_id)',
  audits_time: 'audits (done_at)',
  audits_subject: 'audits (subject, done_at)',
  audits_actor: 'audits (actor, done_at)',
  audits_action: 'audits (action, done_at)',
  audits_call: 'audits (call_id) WHERE call_id IS NOT NULL',
};

/** The values that indexes leave out. Who looks for another one must say so once more, or the index is not used. */
export const USUAL: Readonly<Record<string, string>> = { outcome: 'answered', cause: 'hung-up' };

/** How a month's file begins. */
export interface MonthStart {
  readonly month: Month;
  readonly previous: Previous;
  /** Number of the last batch written to the file before. */
  readonly batch: number;
  /** UTC milliseconds. */
  readonly createdAt: number;
}

/** Make the tables of a month in an empty database, in one transaction. */
export function createMonthSchema(db: Database.Database, start: MonthStart): void {
  const { month, previous, batch, createdAt } = start;
  db.transaction(() => {
    db.exec(`
      ${RECORD_KINDS.map(tableStatement).join('\n')}
      CREATE TABLE erased (seq INTEGER, erasure TEXT, content BLOB NOT NULL, PRIMARY KEY (seq, erasure)) WITHOUT ROWID;
      ${META_TABLE}
      ${Object.entries(INDEXES).map(indexStatement).join('\n')}
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${SCHEMA_VERSION};
    `);
    const set = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
    set.run('month', month);
    set.run('created_at', String(createdAt));
    set.run('previous_file', previous.file ?? '');
    set.run('previous_hash', previous.hash);
    set.run('previous_count', String(previous.count));
    set.run('head_hash', previous.hash);
    set.run('count', String(previous.count));
    set.run('commit', String(batch));
    set.run('ranges', '{}');
  })();
}

/** Give a month's file the columns and indexes that have come since it was made, in one transaction. */
export function completeMonthSchema(db: Database.Database): void {
  const columns = RECORD_KINDS.flatMap((kind) => {
    const there = columnsIn(db, kind);
    return TABLES[kind].columns
      .filter(({ name }) => !there.has(name))
      .map(({ name, type }) => `ALTER TABLE ${TABLES[kind].table} ADD COLUMN ${quoted(name)} ${type};`);
  });
  const names = new Set(db.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").pluck().all());
  const indexes = Object.entries(INDEXES).filter(([name]) => !names.has(name));
  if (columns.length === 0 && indexes.length === 0) return;
  db.transaction(() => {
    db.exec(`
      ${columns.join('\n')}
      ${indexes.map(indexStatement).join('\n')}
      PRAGMA user_version = ${SCHEMA_VERSION};
    `);
  }).immediate();
}

/** Names of the columns that a kind's table has in a file; none where there is no such table. */
export function columnsIn(db: Database.Database, kind: RecordKind): ReadonlySet<string> {
  const rows = db.pragma(`table_info(${TABLES[kind].table})`) as readonly { readonly name: string }[];
  return new Set(rows.map(({ name }) => name));
}

/** Version of the tables of a file. */
export function schemaVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** A column name safe to use in SQL: `trigger` is a keyword. */
export function quoted(name: string): string {
  return `"${name}"`;
}

/** Finds a record by its row: by its id, one of a leg among those of its call. */
export function byId(kind: RecordKind): string {
  const where = kind === 'leg' ? 'call_id = @call_id AND id = @id' : 'id = @id';
  return `SELECT * FROM ${TABLES[kind].table} WHERE ${where}`;
}

/** `mark`: see chain.ts. `seal`: the salt of the personal columns; once they are erased, the commitment to them. */
function tableStatement(kind: RecordKind): string {
  const { table, columns } = TABLES[kind];
  const rest = columns.map(({ name, type }) => {
    if (name !== 'id') return `${quoted(name)} ${type}`;
    return kind === 'leg' ? 'id TEXT NOT NULL' : 'id TEXT NOT NULL UNIQUE';
  });
  return `CREATE TABLE ${table} (seq INTEGER PRIMARY KEY, mark BLOB NOT NULL, seal BLOB, ${rest.join(', ')});`;
}

function indexStatement([name, on]: readonly [string, string]): string {
  return `CREATE INDEX ${name} ON ${on};`;
}
