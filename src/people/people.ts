import { createHash } from 'node:crypto';
import type { Person, StoredPerson } from './person.js';

/** The accounts of people in memory, as they were last read. */
export class People {
  #byId: ReadonlyMap<string, StoredPerson>;

  constructor(people: readonly StoredPerson[]) {
    this.#byId = mapOf(people);
  }

  /** Take the accounts as they are now; gives the names of those that changed. */
  replace(people: readonly StoredPerson[]): readonly string[] {
    const before = this.#byId;
    this.#byId = mapOf(people);
    return [...new Set([...before.keys(), ...this.#byId.keys()])].filter(
      (id) => JSON.stringify(before.get(id)) !== JSON.stringify(this.#byId.get(id)),
    );
  }

  /** Null without an account that is enabled. */
  person(id: string): Person | null {
    return this.#enabled(id)?.person ?? null;
  }

  /** What is kept of the password; null without an account that is enabled. */
  passwordOf(id: string): string | null {
    return this.#enabled(id)?.password ?? null;
  }

  /** Another text after each change of the password; null without an account that is enabled. */
  markOf(id: string): string | null {
    const kept = this.passwordOf(id);
    return kept === null ? null : createHash('sha256').update(`mark\n${kept}`).digest('base64url');
  }

  #enabled(id: string): StoredPerson | undefined {
    const stored = this.#byId.get(id);
    return stored?.person.enabled === true ? stored : undefined;
  }
}

function mapOf(people: readonly StoredPerson[]): ReadonlyMap<string, StoredPerson> {
  return new Map(people.map((stored) => [stored.person.id, stored]));
}
