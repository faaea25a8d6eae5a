/** Accounts of agents on disk. Blocks on the disk: for the command line and a thread of its own. */
import Database from 'better-sqlite3';
import {
  AccountAudits,
  type AccountChange as AuditedChange,
  type ChangedBy,
  noteChange,
} from './account-audits.js';
import type { Agent, AgentId } from './agent.js';
import { openAgentTables } from './agent-tables.js';
import type { Secrets } from './authenticator.js';
import { ha1 } from './digest/hashes.js';

/** An account as it is stored. */
export interface StoredAccount {
  readonly agent: Agent;
  /** The realm that the secrets were made for; under another one they open nothing. */
  readonly realm: string;
  readonly secrets: Secrets;
  /** UTC milliseconds. */
  readonly createdAt: number;
  readonly changedAt: number;
}

export type AccountChange = { readonly ok: true } | { readonly ok: false; readonly why: AccountFault };
export type AccountFault = 'exists' | 'extension-taken' | 'unknown';

interface Row {
  readonly id: string;
  readonly member: string;
  readonly extension: string;
  readonly display_name: string;
  readonly role: string;
  readonly skills: string;
  readonly languages: string;
  readonly liaison_for: string;
  readonly enabled: number;
  readonly realm: string;
  readonly ha1_md5: string;
  readonly ha1_sha256: string;
  readonly created_at: number;
  readonly changed_at: number;
}

const COLUMNS =
  'id, member, extension, display_name, role, skills, languages, liaison_for, enabled, realm, ha1_md5, ha1_sha256, created_at, changed_at';

/** What is stored of a password. */
export function secretsOf(id: AgentId, realm: string, password: string): Secrets {
  return { MD5: ha1('MD5', id, realm, password), 'SHA-256': ha1('SHA-256', id, realm, password) };
}

/** Each change is audited. */
export class AccountStore {
  /** What was done, on its way into the ledger. */
  readonly audits: AccountAudits;
  readonly #db: Database.Database;

  /** @param file see agentsPath; throws SQLite's errors */
  constructor(file: string) {
    this.#db = openAgentTables(file);
    this.audits = new AccountAudits(this.#db);
  }

  all(): readonly StoredAccount[] {
    return this.#db.prepare<[], Row>(`SELECT ${COLUMNS} FROM agents ORDER BY id`).all().map(accountOf);
  }

  get(id: AgentId): StoredAccount | undefined {
    const row = this.#db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM agents WHERE id = ?`).get(id);
    return row === undefined ? undefined : accountOf(row);
  }

  /** @param by user of this machine */
  add({ agent, realm, secrets, createdAt, changedAt }: StoredAccount, by: string): AccountChange {
    const insert = this.#db.prepare(
      `INSERT INTO agents (${COLUMNS}) VALUES (${COLUMNS.replace(/\w+/g, '@$&')})`,
    );
    if (this.get(agent.id) !== undefined) return { ok: false, why: 'exists' };
    const { member, extension, role } = agent;
    const detail = { account: 'agent', member, extension, role };
    const done = { action: 'account-added', by, now: createdAt } as const;
    return this.#changing({ ...done, subject: agent.id, detail: JSON.stringify(detail) }, () =>
      insert.run({
        ...rowOf(agent),
        realm,
        ha1_md5: secrets.MD5,
        ha1_sha256: secrets['SHA-256'],
        created_at: createdAt,
        changed_at: changedAt,
      }),
    );
  }

  /** Change what the account says of its agent. */
  edit(agent: Agent, who: ChangedBy): AccountChange {
    const { id, ...rest } = rowOf(agent);
    const { id: _, ...said } = agent;
    const detail = JSON.stringify({ account: 'agent', ...said });
    const done = { ...who, action: 'account-changed', subject: id, detail } as const;
    const set = Object.keys(rest).map((name) => `${name} = @${name}`);
    const update = this.#db.prepare(`UPDATE agents SET ${set.join(', ')}, changed_at = @now WHERE id = @id`);
    return this.#changing(done, () => update.run({ ...rest, id, now: who.now }));
  }

  setSecrets(id: AgentId, realm: string, secrets: Secrets, who: ChangedBy): AccountChange {
    const update = this.#db.prepare(
      'UPDATE agents SET realm = ?, ha1_md5 = ?, ha1_sha256 = ?, changed_at = ? WHERE id = ?',
    );
    const detail = JSON.stringify({ account: 'agent' });
    const done = { ...who, action: 'password-changed', subject: id, detail } as const;
    return this.#changing(done, () => update.run(realm, secrets.MD5, secrets['SHA-256'], who.now, id));
  }

  /** Grows with every change of any account. */
  revision(): number {
    const row = this.#db
      .prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'agents_revision'")
      .get();
    return Number(row?.value ?? 0);
  }

  close(): void {
    this.#db.close();
  }

  #changing(done: AuditedChange, write: () => Database.RunResult): AccountChange {
    const change = this.#db.transaction((): AccountChange => {
      if (write().changes === 0) return { ok: false, why: 'unknown' };
      this.#db.exec("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'agents_revision'");
      noteChange(this.#db, done);
      return { ok: true };
    });
    try {
      return change.immediate();
    } catch (error) {
      const code = error instanceof Database.SqliteError ? error.code : '';
      if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return { ok: false, why: 'exists' };
      if (code === 'SQLITE_CONSTRAINT_UNIQUE') return { ok: false, why: 'extension-taken' };
      throw error;
    }
  }
}

function rowOf(agent: Agent) {
  return {
    id: agent.id,
    member: agent.member,
    extension: agent.extension,
    display_name: agent.displayName,
    role: agent.role,
    skills: JSON.stringify(agent.skills),
    languages: JSON.stringify(agent.languages),
    liaison_for: JSON.stringify(agent.liaisonFor),
    enabled: agent.enabled ? 1 : 0,
  };
}

function accountOf(row: Row): StoredAccount {
  return {
    agent: Object.freeze({
      id: row.id,
      member: row.member,
      extension: row.extension,
      displayName: row.display_name,
      role: row.role === 'supervisor' ? 'supervisor' : 'agent',
      skills: listOf(row.skills),
      languages: listOf(row.languages),
      liaisonFor: listOf(row.liaison_for),
      enabled: row.enabled === 1,
    }),
    realm: row.realm,
    secrets: { MD5: row.ha1_md5, 'SHA-256': row.ha1_sha256 },
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}

/** A list of words; what somebody else wrote into the table counts as none. */
function listOf(json: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(json);
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
