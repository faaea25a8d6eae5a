import type { LockoutLimits } from '../agents/lockouts.js';
import { Logins, type LoginVerdict } from './logins.js';
import { People } from './people.js';
import type { Person, StoredPerson } from './person.js';
import { type KeptSession, Sessions } from './sessions.js';

export interface PeopleRoomOptions {
  readonly people: readonly StoredPerson[];
  readonly sessions: readonly KeptSession[];
  readonly limits: LockoutLimits;
  /** UTC milliseconds. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  /** Sessions are to be saved. */
  readonly onSessions: () => void;
  readonly onLocked: (name: string | null, source: string, forMs: number) => void;
}

/** Who asks with the key of a session. */
export interface SessionHolder {
  /** Of the session; opens nothing. */
  readonly session: string;
  readonly person: Person;
  /** When it is over at the latest, UTC milliseconds. */
  readonly endsAt: number;
  /** The key to use from now on; null while the old one stays. */
  readonly newKey: string | null;
}

/** People who log in at the pages: their accounts, logins and sessions. */
export class PeopleRoom {
  readonly #people: People;
  readonly #logins: Logins;
  readonly #sessions: Sessions;

  constructor(options: PeopleRoomOptions) {
    const { now, limits, onLocked, random, onSessions } = options;
    this.#people = new People(options.people);
    this.#logins = new Logins({ people: this.#people, now, limits, onLocked });
    const markOf = (id: string): string | null => this.#people.markOf(id);
    this.#sessions = new Sessions({ now, random, markOf, onChange: onSessions }, options.sessions);
  }

  /** Whether this is the password of an account that is enabled. `source`: IP address. Never rejects. */
  logIn(name: string, password: string, source: string): Promise<LoginVerdict> {
    return this.#logins.check(name, password, source);
  }

  /** Begin a session of an account that is enabled; gives its key. */
  open(name: string): string {
    return this.#sessions.open(name);
  }

  /** Who has this key; null when it opens nothing. */
  holder(key: string | undefined): SessionHolder | null {
    const open = this.#sessions.use(key);
    const person = open === null ? null : this.#people.person(open.person);
    if (open === null || person === null) return null;
    return { session: open.id, person, endsAt: open.endsAt, newKey: open.newKey };
  }

  /** End the session that a key opens. */
  end(key: string | undefined): void {
    this.#sessions.end(key);
  }

  /** Hears the id of each session that ends, or whose account was changed. */
  onEnded(listener: (session: string) => void): () => void {
    return this.#sessions.onEnded(listener);
  }

  /** The accounts were changed by the command line. */
  peopleChanged(people: readonly StoredPerson[]): void {
    for (const id of this.#people.replace(people)) {
      this.#logins.forgive(id);
      this.#sessions.changed(id);
    }
  }

  /** End sessions that are over. */
  sweep(): void {
    this.#sessions.sweep();
  }

  /** Sessions as they are to be kept. */
  keptSessions(): readonly KeptSession[] {
    return this.#sessions.kept();
  }
}
