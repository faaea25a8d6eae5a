import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { AuditAction, AuditRecord } from '../ledger/records.js';

/** The table that they wait in, in each file of accounts. */
export const ACCOUNT_AUDITS = {
  table: 'account_audits',
  sql: `CREATE TABLE IF NOT EXISTS account_audits (
       seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, done_at INTEGER NOT NULL, actor TEXT NOT NULL,
       action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT
     );`,
} as const;

/** What is done to accounts and tokens at the command line. */
const ACCOUNT_ACTIONS = [
  'account-added',
  'account-changed',
  'password-changed',
  'token-added',
  'token-rotated',
  'token-revoked',
] as const satisfies readonly AuditAction[];

/** What somebody did at the command line. */
export interface AccountChange {
  /** User of this machine. */
  readonly by: string;
  readonly action: (typeof ACCOUNT_ACTIONS)[number];
  /** Name of the account or token. */
  readonly subject: string;
  readonly detail: string | null;
  /** UTC milliseconds. */
  readonly now: number;
}

/** Who changes something, and when. */
export type ChangedBy = Pick<AccountChange, 'by' | 'now'>;

interface Row {
  readonly id: string;
  readonly done_at: number;
  readonly actor: string;
  readonly action: AccountChange['action'];
  readonly subject: string;
  readonly detail: string | null;
}

/** Records that are handed over at once. */
const MOST_AT_ONCE = 200;

/**
 * What the command line did, on its way into the ledger: written with the change, in one transaction, and taken by the
 * server, now or when it starts. The command line cannot write the ledger itself while the server does.
 */
export class AccountAudits {
  constructor(private readonly db: Database.Database) {}

  /** Those that the ledger has not taken yet, oldest first; their ids are always the same. */
  waiting(): readonly AuditRecord[] {
    const known = ACCOUNT_ACTIONS.map((action) => `'${action}'`).join(', ');
    return this.db
      .prepare<[number], Row>(
        // What a later version does is left to it.
        `SELECT id, done_at, actor, action, subject, detail FROM account_audits WHERE action IN (${known}) ORDER BY seq LIMIT ?`,
      )
      .all(MOST_AT_ONCE)
      .map(({ id, done_at: doneAt, actor, action, subject, detail }) => ({
        kind: 'audit',
        id,
        doneAt,
        actor,
        action,
        subject,
        callId: null,
        detail,
      }));
  }

  /** These are in the ledger. */
  taken(ids: readonly string[]): void {
    const remove = this.db.prepare<[string]>('DELETE FROM account_audits WHERE id = ?');
    this.db.transaction(() => ids.forEach((id) => void remove.run(id))).immediate();
  }
}

/** Write what is done; within the transaction of the change. */
export function noteChange(db: Database.Database, { by, action, subject, detail, now }: AccountChange): void {
  const id = `audit-${now.toString(36)}-${randomBytes(6).toString('hex')}`;
  db.prepare(
    'INSERT INTO account_audits (id, done_at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(id, now, by, action, subject, detail);
}
