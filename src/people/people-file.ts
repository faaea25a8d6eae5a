import type Database from 'better-sqlite3';
import { AccountAudits } from '../agents/account-audits.js';
import { openPeopleDatabase, revisionOf } from './people-database.js';
import { PersonStore } from './person-store.js';
import { TokenStore } from './token-store.js';

/** Accounts of people and tokens on disk. Blocks on it, and throws SQLite's errors: for the command line and a thread. */
export class PeopleFile {
  readonly people: PersonStore;
  readonly tokens: TokenStore;
  readonly audits: AccountAudits;
  readonly #db: Database.Database;

  /** @param file see peoplePath; made when it is missing, in a folder that must be there */
  constructor(file: string) {
    this.#db = openPeopleDatabase(file);
    this.people = new PersonStore(this.#db);
    this.tokens = new TokenStore(this.#db);
    this.audits = new AccountAudits(this.#db);
  }

  /** Grows with every change of an account or a token. */
  revision(): number {
    return revisionOf(this.#db);
  }

  close(): void {
    this.#db.close();
  }
}
