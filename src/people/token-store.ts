import type Database from 'better-sqlite3';
import { type AccountChange, type ChangedBy, noteChange } from '../agents/account-audits.js';
import type { MemberScope, Role } from '../config/roles.js';
import { raiseRevision, roleOf, scopeOf } from './people-database.js';
import { endOf, type StoredToken, type TokenSecret } from './token.js';

/** A secret that was just made. */
export type NewSecret = Pick<TokenSecret, 'digest' | 'endsAt'>;

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly members: MemberScope;
}

export type TokenChange =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'exists' | 'unknown' | 'revoked' | 'too-many' };

/** Tokens that may be there at a time, revoked ones not counted. */
export const MOST_TOKENS = 1000;
/** A secret that ended is remembered for so long, so that who still uses it is told; milliseconds. */
const REMEMBERED_MS = 90 * 86_400_000;

interface TokenRow {
  readonly name: string;
  readonly role: string;
  readonly members: string;
  readonly created_at: number;
  readonly created_by: string;
  readonly revoked_at: number | null;
}

interface SecretRow {
  readonly digest: string;
  readonly token: string;
  readonly made_at: number;
  readonly ends_at: number;
  readonly used_at: number | null;
}

/** Tokens of the API on disk. Each change is audited. Blocks on the disk, and throws SQLite's errors. */
export class TokenStore {
  constructor(
    private readonly db: Database.Database,
    private readonly most = MOST_TOKENS,
  ) {}

  /** All there are, by name; those that were revoked, too. */
  all(): readonly StoredToken[] {
    return this.#read('SELECT * FROM tokens ORDER BY name');
  }

  get(name: string): StoredToken | undefined {
    return this.#read('SELECT * FROM tokens WHERE name = ?', name)[0];
  }

  /** Issue a token; a revoked one of its name gives way. */
  add({ name, role, members }: NewToken, secret: NewSecret, who: ChangedBy): TokenChange {
    return this.#changing(who, () => {
      if (this.get(name)?.revokedAt === null) return { ok: false, why: 'exists' };
      if (this.#count() >= this.most) return { ok: false, why: 'too-many' };
      const scope = JSON.stringify(members);
      this.db
        .prepare('INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, NULL)')
        .run(name, role, scope, who.now, who.by);
      this.#addSecret(name, secret, who.now);
      return this.#done('token-added', name, { role, members, until: iso(secret.endsAt) });
    });
  }

  /** Give it another secret; those before it end at `graceUntil` at the latest. */
  rotate(name: string, secret: NewSecret, graceUntil: number, who: ChangedBy): TokenChange {
    return this.#changing(who, () => {
      const token = this.get(name);
      if (token === undefined) return { ok: false, why: 'unknown' };
      if (token.revokedAt !== null) return { ok: false, why: 'revoked' };
      this.#endSecrets(name, graceUntil);
      this.#addSecret(name, secret, who.now);
      const before = iso(Math.min(endOf(token), graceUntil));
      return this.#done('token-rotated', name, { until: iso(secret.endsAt), secretBeforeUntil: before });
    });
  }

  /** End it, with all its secrets, at once. */
  revoke(name: string, who: ChangedBy): TokenChange {
    return this.#changing(who, () => {
      const token = this.get(name);
      if (token === undefined) return { ok: false, why: 'unknown' };
      if (token.revokedAt !== null) return { ok: false, why: 'revoked' };
      this.db.prepare('UPDATE tokens SET revoked_at = ? WHERE name = ?').run(who.now, name);
      this.#endSecrets(name, who.now);
      return this.#done('token-revoked', name, null);
    });
  }

  /** These secrets were used; by digest, when last. No change that others must see. */
  used(uses: ReadonlyMap<string, number>): void {
    const note = this.db.prepare('UPDATE token_secrets SET used_at = ? WHERE digest = ?');
    this.db
      .transaction(() => {
        for (const [digest, at] of uses) note.run(at, digest);
      })
      .immediate();
  }

  #read(sql: string, ...names: string[]): readonly StoredToken[] {
    const secrets = this.db.prepare<[string], SecretRow>(
      'SELECT * FROM token_secrets WHERE token = ? ORDER BY made_at DESC, ends_at DESC',
    );
    return this.db.transaction(() =>
      this.db
        .prepare<string[], TokenRow>(sql)
        .all(...names)
        .map((row) => tokenOf(row, secrets.all(row.name))),
    )();
  }

  /** Those that were not revoked. */
  #count(): number {
    const count = this.db.prepare<[], number>('SELECT count(*) FROM tokens WHERE revoked_at IS NULL');
    return count.pluck().get() ?? 0;
  }

  #addSecret(name: string, { digest, endsAt }: NewSecret, now: number): void {
    this.db.prepare('INSERT INTO token_secrets VALUES (?, ?, ?, ?, NULL)').run(digest, name, now, endsAt);
  }

  #endSecrets(name: string, at: number): void {
    this.db.prepare('UPDATE token_secrets SET ends_at = min(ends_at, ?) WHERE token = ?').run(at, name);
  }

  #done(
    action: AccountChange['action'],
    subject: string,
    detail: object | null,
  ): Pick<AccountChange, 'action' | 'subject' | 'detail'> {
    return { action, subject, detail: detail === null ? null : JSON.stringify(detail) };
  }

  /** A change, with the audit of it and what others see it by, in one transaction. */
  #changing(
    { by, now }: ChangedBy,
    change: () => Pick<AccountChange, 'action' | 'subject' | 'detail'> | Exclude<TokenChange, { ok: true }>,
  ): TokenChange {
    return this.db
      .transaction((): TokenChange => {
        const done = change();
        if ('ok' in done) return done;
        // The newest secret of a token says when it ended.
        this.db
          .prepare(
            'DELETE FROM token_secrets WHERE ends_at < ? AND made_at < (SELECT max(made_at) FROM token_secrets AS newer WHERE newer.token = token_secrets.token)',
          )
          .run(now - REMEMBERED_MS);
        noteChange(this.db, { by, now, ...done });
        raiseRevision(this.db);
        return { ok: true };
      })
      .immediate();
  }
}

function tokenOf(row: TokenRow, secrets: readonly SecretRow[]): StoredToken {
  return {
    name: row.name,
    role: roleOf(row.role),
    members: scopeOf(row.members),
    createdAt: row.created_at,
    createdBy: row.created_by,
    revokedAt: row.revoked_at,
    secrets: secrets.map(({ digest, made_at: madeAt, ends_at: endsAt, used_at: usedAt }) => ({
      digest,
      madeAt,
      endsAt,
      usedAt,
    })),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
