import { valueAt } from '../config/issue-faults.js';
import type { Numbering } from './numbers.js';
import { memberNumberSchema, numberingSchema } from './schema.js';

/** An item of a list with the index it was written at. */
export interface Item {
  readonly index: number;
  readonly text: string;
}

/** What can be read of a member, for the checks between parts. */
export interface MemberDraft {
  readonly numbers: readonly Item[];
  /** Trunks of its targets. */
  readonly trunks: readonly Item[];
  readonly fallback: string | null;
}

/** What can be read of a trunk. */
export interface TrunkDraft {
  /** Undefined when malformed. */
  readonly kind: 'carrier' | 'member' | undefined;
  readonly member: string | null;
  readonly gateways: readonly Item[];
  readonly sources: readonly Item[];
  /** Which of these are written, be it malformed. */
  readonly has: { readonly member: boolean; readonly gateways: boolean; readonly sources: boolean };
}

/**
 * What can be read of a dial plan that may be malformed, item by item, so that one fault does not hide
 * others. Names count although their entry is malformed: a reference to it is not unknown.
 */
export interface Draft {
  readonly members: ReadonlyMap<string, MemberDraft>;
  readonly trunks: ReadonlyMap<string, TrunkDraft>;
  readonly keys: ReadonlyMap<string, string>;
  /** Undefined when malformed. */
  readonly numbering: Numbering | undefined;
}

/** Take what can be read out of the plain value of a file. */
export function draftOf(value: unknown): Draft {
  return {
    members: new Map(entriesAt(value, 'members').map(([name, entry]) => [name, memberDraft(entry)])),
    trunks: new Map(entriesAt(value, 'trunks').map(([name, entry]) => [name, trunkDraft(entry)])),
    keys: new Map(
      entriesAt(value, 'keys').flatMap(([key, member]): [string, string][] =>
        typeof member === 'string' ? [[key, member]] : [],
      ),
    ),
    numbering: numberingSchema.safeParse(valueAt(value, ['numbering'])).data,
  };
}

function memberDraft(entry: unknown): MemberDraft {
  return {
    numbers: items(valueAt(entry, ['numbers']), (item) => memberNumberSchema.safeParse(item).data),
    trunks: items(valueAt(entry, ['targets']), (item) => textOf(valueAt(item, ['trunk']))),
    fallback: textOf(valueAt(entry, ['fallback'])) ?? null,
  };
}

function trunkDraft(entry: unknown): TrunkDraft {
  const kind = valueAt(entry, ['kind']);
  const [member, gateways, sources] = ['member', 'gateways', 'sources'].map((key) => valueAt(entry, [key]));
  return {
    kind: kind === 'carrier' || kind === 'member' ? kind : undefined,
    member: textOf(member) ?? null,
    gateways: items(gateways, textOf),
    sources: items(sources, textOf),
    has: { member: isWritten(member), gateways: isWritten(gateways), sources: isWritten(sources) },
  };
}

function entriesAt(value: unknown, section: string): [string, unknown][] {
  const entries = valueAt(value, [section]);
  return typeof entries === 'object' && entries !== null && !Array.isArray(entries)
    ? Object.entries(entries)
    : [];
}

function items(list: unknown, read: (item: unknown) => string | undefined): Item[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) => {
    const text = read(item);
    return text === undefined ? [] : [{ index, text }];
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isWritten(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
