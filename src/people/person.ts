import type { MemberScope, Role } from '../config/roles.js';

/** Somebody who logs in at the pages; agents at desks have accounts of their own. */
export interface Person {
  /** Name of the account, unique. */
  readonly id: string;
  readonly displayName: string;
  readonly role: Role;
  readonly members: MemberScope;
  readonly enabled: boolean;
}

/** An account as it is stored. */
export interface StoredPerson {
  readonly person: Person;
  /** See hashPassword. */
  readonly password: string;
  /** UTC milliseconds. */
  readonly createdAt: number;
  readonly changedAt: number;
}
