/**
 * Legal holds: records that must not be deleted or changed before somebody says so, whatever the time that they are kept
 * otherwise. In `holds.sqlite` in the ledger's folder, which the running server and a person at the command line may both
 * write; the ledger itself has an audit record of each hold and each release.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Month } from '../month.js';
import type { AuditRecord } from '../records.js';

/** What is held: all records of a caller's number, of a call, or of a month. */
export type HoldTarget =
  | { readonly kind: 'caller'; readonly number: string }
  | { readonly kind: 'call'; readonly callId: string }
  | { readonly kind: 'month'; readonly month: Month };

/** A hold; it stays in the list when it was released. */
export interface Hold {
  readonly id: string;
  readonly target: HoldTarget;
  /** Why, such as the number of a file. */
  readonly reason: string;
  /** Who asked for it. */
  readonly by: string;
  /** UTC milliseconds. */
  readonly addedAt: number;
  readonly released: { readonly at: number; readonly by: string; readonly reason: string } | null;
}

/** Longest text that a person gives; characters. */
export const HOLD_TEXT_MAX = 500;

/** What became of a wish to release a hold. */
export type Release =
  | { readonly ok: true; readonly hold: Hold }
  | { readonly ok: false; readonly code: 'unknown' | 'released-already' };

interface HoldRow {
  readonly id: string;
  readonly kind: HoldTarget['kind'];
  readonly value: string;
  readonly reason: string;
  readonly by: string;
  readonly added_at: number;
  readonly released_at: number | null;
  readonly released_by: string | null;
  readonly released_why: string | null;
}

/** How long to wait for somebody else who writes; milliseconds. */
const BUSY_MS = 5000;
const FILE = 'holds.sqlite';
const TABLE = `
  CREATE TABLE IF NOT EXISTS holds (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL,
    added_at INTEGER NOT NULL, released_at INTEGER, released_by TEXT, released_why TEXT
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS audited (id TEXT PRIMARY KEY) WITHOUT ROWID;
`;

/** The holds of a ledger's folder. Blocks on the disk; all methods throw SQLite's errors. */
export class Holds {
  readonly #path: string;

  /** @param folder folder of the ledger; nothing is made in it before the first hold */
  constructor(folder: string) {
    this.#path = join(folder, FILE);
  }

  /** Add a hold; on disk when this returns. */
  add(target: HoldTarget, { by, reason }: Pick<Hold, 'by' | 'reason'>, now: number): Hold {
    const hold: Hold = { id: randomUUID().slice(0, 8), target, reason, by, addedAt: now, released: null };
    this.#write((db) =>
      db
        .prepare('INSERT INTO holds (id, kind, value, reason, by, added_at) VALUES (?, ?, ?, ?, ?, ?)')
        .run(hold.id, target.kind, heldValue(target), reason, by, now),
    );
    return hold;
  }

  /** End a hold; on disk when this returns. */
  release(id: string, { by, reason }: Pick<Hold, 'by' | 'reason'>, now: number): Release {
    const before = this.all().find((hold) => hold.id === id);
    if (before === undefined) return { ok: false, code: 'unknown' };
    const changed = this.#write((db) =>
      db
        .prepare(
          'UPDATE holds SET released_at = ?, released_by = ?, released_why = ? WHERE id = ? AND released_at IS NULL',
        )
        .run(now, by, reason, id),
    ).changes;
    if (changed === 0) return { ok: false, code: 'released-already' };
    return { ok: true, hold: { ...before, released: { at: now, by, reason } } };
  }

  /** All holds ever, oldest first. */
  all(): readonly Hold[] {
    return this.#read<HoldRow>('SELECT * FROM holds ORDER BY added_at, id').map(holdOf);
  }

  /** Those that are not released. */
  active(): readonly Hold[] {
    return this.all().filter(({ released }) => released === null);
  }

  /** Audit records of holds and releases that the ledger has not been seen to have yet; their ids are always the same. */
  unaudited(): readonly AuditRecord[] {
    const done = new Set(this.#read<{ id: string }>('SELECT id FROM audited').map(({ id }) => id));
    return this.all()
      .flatMap(auditsOf)
      .filter(({ id }) => !done.has(id))
      .sort((a, b) => a.doneAt - b.doneAt);
  }

  /** These audit records are in the ledger. */
  audited(records: readonly AuditRecord[]): void {
    if (records.length === 0) return;
    this.#write((db) => {
      const insert = db.prepare<[string]>('INSERT OR IGNORE INTO audited (id) VALUES (?)');
      for (const { id } of records) insert.run(id);
    });
  }

  #write<T>(work: (db: Database.Database) => T): T {
    // Callers' numbers are personal data: others on this machine have no business here.
    if (!existsSync(this.#path)) closeSync(openSync(this.#path, 'a', 0o640));
    const db = new Database(this.#path, { fileMustExist: true, timeout: BUSY_MS });
    try {
      db.pragma('synchronous = FULL');
      return db
        .transaction(() => {
          db.exec(TABLE);
          return work(db);
        })
        .immediate();
    } finally {
      db.close();
    }
  }

  #read<T>(sql: string): readonly T[] {
    if (!existsSync(this.#path)) return [];
    const db = new Database(this.#path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
    try {
      // A crash may have come between the file and its tables.
      const made = db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'audited'").pluck().get();
      return made === 0 ? [] : db.prepare<[], T>(sql).all();
    } finally {
      db.close();
    }
  }
}

/** The held thing as people write it. */
export function heldValue(target: HoldTarget): string {
  switch (target.kind) {
    case 'caller':
      return target.number;
    case 'call':
      return target.callId;
    case 'month':
      return target.month;
  }
}

function targetOf(kind: HoldTarget['kind'], value: string): HoldTarget {
  switch (kind) {
    case 'caller':
      return { kind, number: value };
    case 'call':
      return { kind, callId: value };
    case 'month':
      return { kind, month: value };
  }
}

function holdOf(row: HoldRow): Hold {
  const { released_at: at, released_by: by, released_why: reason } = row;
  return {
    id: row.id,
    target: targetOf(row.kind, row.value),
    reason: row.reason,
    by: row.by,
    addedAt: row.added_at,
    released: at === null ? null : { at, by: by ?? '', reason: reason ?? '' },
  };
}

/** The number of a caller stays out of the audit: it is found in the list of holds. */
function auditsOf({ id, target, reason, by, addedAt, released }: Hold): readonly AuditRecord[] {
  const what = target.kind === 'caller' ? 'caller' : `${target.kind} ${heldValue(target)}`;
  const common = {
    kind: 'audit',
    subject: id,
    callId: target.kind === 'call' ? target.callId : null,
  } as const;
  const added = {
    ...common,
    id: `hold-${id}-added`,
    doneAt: addedAt,
    actor: by,
    action: 'hold-added',
    detail: `${what}: ${reason}`,
  } as const;
  if (released === null) return [added];
  const detail = `${what}: ${released.reason}`;
  const { at: doneAt, by: actor } = released;
  return [added, { ...common, id: `hold-${id}-released`, doneAt, actor, action: 'hold-released', detail }];
}
