import type { KeyPath } from '../config/fault.js';
import { valueAt } from '../config/issue-faults.js';
import type { Numbering } from './numbers.js';
import type { KeyCodes } from './plan.js';
import { keyCodesSchema, memberNumberSchema, numberingSchema } from './schema.js';

/** An item of a list with the index it was written at. */
export interface Item {
  readonly index: number;
  readonly text: string;
}

/** A text, such as a name or hours, with the path it was written at. */
export interface Mention {
  readonly path: KeyPath;
  readonly text: string;
}

/** What can be read of opening hours. */
export interface HoursDraft {
  readonly timezone: Mention | undefined;
  readonly weekly: readonly Mention[];
  /** By date or range of dates. */
  readonly holidays: readonly DatesDraft[];
}

export interface DatesDraft extends Mention {
  /** The date or range. */
  readonly dates: string;
}

/** What can be read of a member, for the checks between parts. Paths are those in the whole file. */
export interface MemberDraft {
  readonly numbers: readonly Item[];
  /** Numbers of its `languages`. */
  readonly languages: readonly Mention[];
  /** Trunks of its targets. */
  readonly trunks: readonly Mention[];
  /** Members whose queues its targets are. */
  readonly queues: readonly Mention[];
  /** Members that targets of it are for. */
  readonly liaison: readonly Mention[];
  /** There are targets, and each is for certain members. */
  readonly onlyLiaison: boolean;
  readonly fallback: string | null;
  readonly emergency: boolean;
  readonly hours: HoursDraft;
  readonly mayTransferTo: readonly Mention[];
  readonly mayNotTransferTo: readonly Mention[];
  /** Which of these are written, be it malformed. */
  readonly has: {
    readonly hours: boolean;
    readonly capacity: boolean;
    readonly mayTransferTo: boolean;
    readonly mayNotTransferTo: boolean;
  };
}

/** What can be read of the policies. */
export interface PoliciesDraft {
  readonly timezone: Mention | undefined;
  readonly holidays: readonly DatesDraft[];
  /** With their defaults; without those that are malformed. */
  readonly keyCodes: Partial<KeyCodes>;
  /** Trunks that call backs go out by. */
  readonly callBackTrunks: readonly Mention[];
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
  readonly policies: PoliciesDraft;
  /** Undefined when malformed. */
  readonly numbering: Numbering | undefined;
}

/** Take what can be read out of the plain value of a file. */
export function draftOf(value: unknown): Draft {
  return {
    members: new Map(entriesAt(value, 'members').map(([name, entry]) => [name, memberDraft(name, entry)])),
    trunks: new Map(entriesAt(value, 'trunks').map(([name, entry]) => [name, trunkDraft(entry)])),
    keys: new Map(
      entriesAt(value, 'keys').flatMap(([key, member]): [string, string][] =>
        typeof member === 'string' ? [[key, member]] : [],
      ),
    ),
    policies: policiesDraft(value),
    numbering: numberingSchema.safeParse(valueAt(value, ['numbering'])).data,
  };
}

function memberDraft(name: string, entry: unknown): MemberDraft {
  const path = ['members', name];
  const at = (key: string): unknown => valueAt(entry, [key]);
  const mentionsAt = (key: string): Mention[] => mentions(at(key), [...path, key]);
  const targets = listOf(at('targets'));
  return {
    numbers: items(at('numbers'), (item) => memberNumberSchema.safeParse(item).data),
    languages: entriesOf(at('languages')).map(([text]) => ({ path: [...path, 'languages', text], text })),
    trunks: targets.flatMap((target, index) => trunksOf(target, [...path, 'targets', index])),
    queues: targets.flatMap(
      (target, index) => mention(valueAt(target, ['queue']), [...path, 'targets', index, 'queue']) ?? [],
    ),
    liaison: targets.flatMap((target, index) =>
      mentions(valueAt(target, ['for']), [...path, 'targets', index, 'for']),
    ),
    onlyLiaison: targets.length > 0 && targets.every((target) => isWritten(valueAt(target, ['for']))),
    fallback: textOf(at('fallback')) ?? null,
    emergency: at('emergency') === true,
    hours: {
      timezone: mention(valueAt(entry, ['hours', 'timezone']), [...path, 'hours', 'timezone']),
      weekly: mentions(valueAt(entry, ['hours', 'weekly']), [...path, 'hours', 'weekly']),
      holidays: datesDrafts(valueAt(entry, ['hours', 'holidays']), [...path, 'hours', 'holidays']),
    },
    mayTransferTo: mentionsAt('mayTransferTo'),
    mayNotTransferTo: mentionsAt('mayNotTransferTo'),
    has: {
      hours: isWritten(at('hours')),
      capacity: isWritten(at('capacity')),
      // An empty list says something, too: to nobody.
      mayTransferTo: at('mayTransferTo') !== undefined,
      mayNotTransferTo: at('mayNotTransferTo') !== undefined,
    },
  };
}

/** Trunks of a target's desks, whichever form it has. */
function trunksOf(target: unknown, path: KeyPath): Mention[] {
  const own = mention(valueAt(target, ['trunk']), [...path, 'trunk']);
  const desks = ['together', 'weighted'].flatMap((form) =>
    listOf(valueAt(target, [form])).flatMap(
      (desk, index) => mention(valueAt(desk, ['trunk']), [...path, form, index, 'trunk']) ?? [],
    ),
  );
  return own === undefined ? desks : [own, ...desks];
}

function policiesDraft(value: unknown): PoliciesDraft {
  const path = ['policies'];
  const codes = valueAt(value, ['policies', 'keyCodes']);
  return {
    timezone: mention(valueAt(value, ['policies', 'timezone']), [...path, 'timezone']),
    holidays: datesDrafts(valueAt(value, ['policies', 'holidays']), [...path, 'holidays']),
    keyCodes: Object.fromEntries(
      Object.entries(keyCodesSchema.unwrap().shape).flatMap(([key, schema]) => {
        const code = schema.safeParse(valueAt(codes, [key])).data;
        return code === undefined ? [] : [[key, code]];
      }),
    ),
    callBackTrunks: mentions(valueAt(value, ['policies', 'callBack', 'trunks']), [
      ...path,
      'callBack',
      'trunks',
    ]),
  };
}

function datesDrafts(value: unknown, path: KeyPath): DatesDraft[] {
  return entriesOf(value).flatMap(([dates, text]) =>
    typeof text === 'string' ? [{ path: [...path, dates], dates, text }] : [],
  );
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
  return entriesOf(valueAt(value, [section]));
}

function entriesOf(entries: unknown): [string, unknown][] {
  return typeof entries === 'object' && entries !== null && !Array.isArray(entries)
    ? Object.entries(entries)
    : [];
}

function items(list: unknown, read: (item: unknown) => string | undefined): Item[] {
  return listOf(list).flatMap((item, index) => {
    const text = read(item);
    return text === undefined ? [] : [{ index, text }];
  });
}

function mentions(list: unknown, path: KeyPath): Mention[] {
  return listOf(list).flatMap((item, index) => mention(item, [...path, index]) ?? []);
}

function mention(value: unknown, path: KeyPath): Mention | undefined {
  return typeof value === 'string' ? { path, text: value } : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isWritten(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
