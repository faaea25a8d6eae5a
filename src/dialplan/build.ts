import { deepFreeze } from '../config/freeze.js';
import { parseAddress } from './address.js';
import { openingHoursOf } from './build-hours.js';
import { parseGateway } from './gateways.js';
import { KeyTable, keyCodesOf } from './key-codes.js';
import type { Matter } from './matter.js';
import { MatterCatalogue } from './matter-catalogue.js';
import { formatNumber, internationalForm } from './numbers.js';
import type { Destination, DialPlan, Member, MemberId, Trunk, TrunkId } from './plan.js';
import type { DialPlanEntry, MemberEntry, TrunkEntry } from './schema.js';
import { parseSource, type SourceBlock, SourceTable } from './sources.js';

/** Where a plan comes from, and what other files add to it. */
export interface PlanOrigin {
  readonly file: string;
  readonly version: string;
  readonly matters: readonly Matter[];
}

/** Make the plan from what was written, once `check.ts` has found no faults in it. */
export function buildPlan(written: DialPlanEntry, { file, version, matters }: PlanOrigin): DialPlan {
  const numbering = deepFreeze({ ...written.numbering });
  const members = new Map(
    Object.entries(written.members).map(([id, entry]) => [id, deepFreeze(memberOf(id, entry, written))]),
  );
  const trunks = new Map(
    Object.entries(written.trunks).map(([id, entry]) => [id, deepFreeze(trunkOf(id, entry))]),
  );
  const keys = new Map(Object.entries(written.keys));
  const byNumber = new Map<string, Member>();
  const languages = languagesByNumber(written);
  for (const member of members.values()) {
    for (const number of member.numbers) {
      const form = internationalForm(number, numbering);
      if (form !== undefined) byNumber.set(form, member);
    }
  }
  const { holidays: _, ...policies } = written.policies;
  const keyTable = new KeyTable(keyCodesOf(keys.keys(), policies.keyCodes));
  const sources = new SourceTable([...trunks.values()].flatMap(sourcesOf));

  const formOf = (address: string): string | undefined => {
    const parsed = parseAddress(address);
    return parsed && internationalForm(parsed.number, numbering, parsed.context);
  };
  const memberByAddress = (address: string): Member | undefined => byNumber.get(formOf(address) ?? '');
  const memberByKey = (address: string): Member | undefined => {
    const key = parseAddress(address)?.number;
    // Phones may send the # that ends a key, too.
    const id = key === undefined ? undefined : (keys.get(key) ?? keys.get(key.replace(/#$/, '')));
    return id === undefined ? undefined : members.get(id);
  };
  return Object.freeze({
    version,
    file,
    members: frozenMap<MemberId, Member>(members),
    trunks: frozenMap<TrunkId, Trunk>(trunks),
    keys: frozenMap<string, MemberId>(keys),
    matters: new MatterCatalogue(matters),
    policies: deepFreeze({
      ...policies,
      announcement: { ...policies.announcement },
      callBack: policies.callBack === null ? null : { ...policies.callBack },
      keyCodes: { ...policies.keyCodes },
    }),
    numbering,
    memberByAddress,
    languageOf: (address: string) => languages.get(formOf(address) ?? '') ?? null,
    destination(address: string): Destination | undefined {
      const byKey = memberByKey(address);
      if (byKey !== undefined) return { member: byKey, via: 'key' };
      const member = memberByAddress(address);
      return member && { member, via: 'number' };
    },
    trunkBySource: (ip: string, port: number) => sources.find(ip, port),
    isTrunkHost: (ip: string) => sources.holdsHost(ip),
    readKeys: (pressed: string) => keyTable.read(pressed),
    trunkBlocks: sources.blocks(),
    formatFor: (trunk: Trunk, number: string) => formatNumber(number, trunk.numberFormat, numbering),
  });
}

function memberOf(id: MemberId, entry: MemberEntry, { members, policies }: DialPlanEntry): Member {
  return {
    id,
    numbers: nonEmpty(entry.numbers),
    name: entry.name,
    field: entry.field,
    emergency: entry.emergency,
    source: entry.source,
    targets: nonEmpty(entry.targets),
    queue: entry.queue,
    fallback: entry.fallback,
    hours: entry.hours === null ? null : openingHoursOf(entry.hours, policies),
    capacity: entry.capacity,
    mayTransferTo: permitted(entry, members),
    recording: entry.recording ?? policies.recording,
  };
}

/** By the international form of the number that is dialled. */
function languagesByNumber({ members, numbering }: DialPlanEntry): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { languages } of Object.values(members)) {
    for (const [number, language] of Object.entries(languages)) {
      const form = internationalForm(number, numbering);
      if (form !== undefined) found.set(form, language);
    }
  }
  return found;
}

/** Members that an entry's agents may transfer to; null for all. */
function permitted(entry: MemberEntry, members: DialPlanEntry['members']): MemberId[] | null {
  const { mayTransferTo: only, mayNotTransferTo: never } = entry;
  if (only === undefined && never === undefined) return null;
  return Object.entries(members).flatMap(([id, { emergency }]) =>
    emergency || only?.includes(id) || never?.includes(id) === false ? [id] : [],
  );
}

function trunkOf(id: TrunkId, entry: TrunkEntry): Trunk {
  return {
    id,
    kind: entry.kind,
    member: entry.member,
    gateways: entry.gateways.flatMap((text) => parseGateway(text, id) ?? []),
    sources: entry.sources.map((text) => ({ text })),
    numberFormat: entry.numberFormat,
    auth: entry.auth,
    media: entry.media,
    language: entry.language === 'unknown' ? null : entry.language,
    healthCheck: entry.healthCheck === 'off' ? null : entry.healthCheck,
    capacity: entry.capacity,
  };
}

function sourcesOf(trunk: Trunk): { readonly block: SourceBlock; readonly owner: Trunk }[] {
  return trunk.sources.flatMap(({ text }) => {
    const parsed = parseSource(text);
    return parsed.ok ? [{ block: parsed.block, owner: trunk }] : [];
  });
}

function nonEmpty<T>(list: readonly T[]): readonly [T, ...T[]] {
  const [first, ...others] = list;
  if (first === undefined) throw new Error('a list that the schema holds to one item or more is empty');
  return [first, ...others];
}

/** A copy that cannot be changed: `Object.freeze` alone does not stop `set` of a Map. */
function frozenMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  const map = new Map(entries);
  const refuse = (): never => {
    throw new TypeError('the dial plan cannot be changed; load another one');
  };
  for (const method of ['set', 'delete', 'clear']) Object.defineProperty(map, method, { value: refuse });
  return Object.freeze(map);
}
