/** Accounts of agents on disk. Blocks on the disk: for the command line and a thread of its own. */
import Database from 'better-sqlite3';
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

export class AccountStore {
  readonly #db: Database.Database;

  /** @param file see agentsPath; throws SQLite's errors */
  constructor(file: string) {
    this.#db = openAgentTables(file);
  }

  all(): readonly StoredAccount[] {
    return this.#db.prepare<[], Row>(`SELECT ${COLUMNS} FROM agents ORDER BY id`).all().map(accountOf);
  }

  get(id: AgentId): StoredAccount | undefined {
    const row = this.#db.prepare<[string], Row>(`SELECT ${COLUMNS} FROM agents WHERE id = ?`).get(id);
    return row === undefined ? undefined : accountOf(row);
  }

  add({ agent, realm, secrets, createdAt, changedAt }: StoredAccount): AccountChange {
    const insert = this.#db.prepare(
      `INSERT INTO agents (${COLUMNS}) VALUES (${COLUMNS.replace(/\w+/g, '@$&')})`,
    );
    if (this.get(agent.id) !== undefined) return { ok: false, why: 'exists' };
    return this.#changing(() =>
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
  edit(agent: Agent, now: number): AccountChange {
    const { id, ...rest } = rowOf(agent);
    const set = Object.keys(rest).map((name) => `${name} = @${name}`);
    const update = this.#db.prepare(`UPDATE agents SET ${set.join(', ')}, changed_at = @now WHERE id = @id`);
    return this.#changing(() => update.run({ ...rest, id, now }));
  }

  setSecrets(id: AgentId, realm: string, secrets: Secrets, now: number): AccountChange {
    const update = this.#db.prepare(
      'UPDATE agents SET realm = ?, ha1_md5 = ?, ha1_sha256 = ?, changed_at = ? WHERE id = ?',
    );
    return this.#changing(() => update.run(realm, secrets.MD5, secrets['SHA-256'], now, id));
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

  #changing(write: () => Database.RunResult): AccountChange {
    const change = this.#db.transaction((): AccountChange => {
      if (write().changes === 0) return { ok: false, why: 'unknown' };
      this.#db.exec("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'agents_revision'");
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
