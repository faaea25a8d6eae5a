import { valueAt } from '../config/issue-faults.js';
import type { Numbering } from './numbers.js';
import {
  keysSchema,
  type MemberEntry,
  memberSchema,
  numberingSchema,
  type TrunkEntry,
  trunkSchema,
} from './schema.js';

/**
 * The well-formed parts of a dial plan. A fault in one entry does not hide the faults of others: names
 * count although their entry is malformed, so that a reference to it is not reported as unknown.
 */
export interface Draft {
  readonly memberNames: readonly string[];
  readonly trunkNames: readonly string[];
  readonly members: ReadonlyMap<string, MemberEntry>;
  readonly trunks: ReadonlyMap<string, TrunkEntry>;
  readonly keys: ReadonlyMap<string, string>;
  /** Undefined when malformed. */
  readonly numbering: Numbering | undefined;
}

/** Take what is well-formed out of the plain value of a file. */
export function draftOf(value: unknown): Draft {
  const members = entriesAt(value, 'members');
  const trunks = entriesAt(value, 'trunks');
  const numbering = numberingSchema.safeParse(valueAt(value, ['numbering']));
  return {
    memberNames: members.map(([name]) => name),
    trunkNames: trunks.map(([name]) => name),
    members: wellFormed(members, (entry) => memberSchema.safeParse(entry).data),
    trunks: wellFormed(trunks, (entry) => trunkSchema.safeParse(entry).data),
    keys: wellFormed(
      entriesAt(value, 'keys'),
      (entry, key) => keysSchema.safeParse({ [key]: entry }).data?.[key],
    ),
    numbering: numbering.data,
  };
}

function entriesAt(value: unknown, section: string): [string, unknown][] {
  const entries = valueAt(value, [section]);
  return typeof entries === 'object' && entries !== null && !Array.isArray(entries)
    ? Object.entries(entries)
    : [];
}

function wellFormed<T>(
  entries: readonly [string, unknown][],
  parse: (entry: unknown, key: string) => T | undefined,
): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const [key, entry] of entries) {
    const parsed = parse(entry, key);
    if (parsed !== undefined) found.set(key, parsed);
  }
  return found;
}
