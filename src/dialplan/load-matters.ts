import { type Fault, type KeyPath, sortFaults } from '../config/fault.js';
import { deepFreeze } from '../config/freeze.js';
import { complaints, valueAt } from '../config/issue-faults.js';
import { didYouMean } from '../config/suggest.js';
import { readYaml, type YamlSource } from '../config/yaml-source.js';
import type { Matter, MatterWords } from './matter.js';
import { type MatterEntry, type MattersEntry, mattersSchema } from './matters-schema.js';

export type MattersResult =
  | { readonly ok: true; readonly matters: readonly Matter[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Check the text of a catalogue of matters; `file` only names it in faults. Never throws; the faults are all there
 * are, in the order of the file.
 * @param members names of the members that matters may belong to
 */
export function parseMatters(text: string, file: string, members: Iterable<string>): MattersResult {
  const source = readYaml(text, file);
  if (!source.usable) return { ok: false, faults: source.faults };
  const parsed = mattersSchema.safeParse(source.value ?? {});
  const faults: Fault[] = [...source.faults, ...unknownMembers(source, new Set(members))];
  if (!parsed.success) {
    for (const one of complaints(parsed.error.issues, mattersSchema, source.value ?? {}))
      faults.push(source.faultAt(one.path, one.message, one.remedy, one.at));
    return { ok: false, faults: sortFaults(faults) };
  }
  faults.push(...wrongPinyin(source, parsed.data));
  if (faults.length > 0) return { ok: false, faults: sortFaults(faults) };
  return { ok: true, matters: mattersOf(parsed.data) };
}

/** Looked at also when some entries are malformed. */
function unknownMembers(source: YamlSource, members: ReadonlySet<string>): Fault[] {
  const entries = valueAt(source.value, ['matters']);
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) return [];
  return Object.entries(entries).flatMap(([code, entry]: [string, unknown]) => {
    const member = valueAt(entry, ['member']);
    if (typeof member !== 'string' || members.has(member)) return [];
    const remedy = didYouMean(member, members, 'write the name of a member of the dial plan');
    return [source.faultAt(['matters', code, 'member'], `there is no member "${member}"`, remedy)];
  });
}

/** A slip in pinyin is seen in the number of syllables. */
function wrongPinyin(source: YamlSource, { matters }: MattersEntry): Fault[] {
  const check = (zh: string, pinyin: string, path: KeyPath): Fault[] => {
    const wanted = [...zh.replace(/[^\p{L}\p{N}]/gu, '')].length;
    const found = pinyin.split(' ').length;
    if (wanted === found) return [];
    const message = `"${pinyin}" has ${found} syllables, and ${zh} has ${wanted} characters`;
    return [source.faultAt(path, message, 'write one syllable for each character, with spaces between')];
  };
  return Object.entries(matters).flatMap(([code, entry]) => [
    ...check(entry.zh, entry.pinyin, ['matters', code, 'pinyin']),
    ...Object.entries(entry.words).flatMap(([zh, pinyin]) =>
      check(zh, pinyin, ['matters', code, 'words', zh]),
    ),
  ]);
}

function mattersOf({ matters, source }: MattersEntry): readonly Matter[] {
  const matterOf = ([code, entry]: [string, MatterEntry]): Matter => ({
    code,
    name: wordsOf(entry.zh, entry.pinyin),
    en: entry.en ?? null,
    words: Object.entries(entry.words).map(([zh, pinyin]) => wordsOf(zh, pinyin)),
    member: entry.member,
    urgency: entry.urgency,
    language: entry.language ?? null,
    source,
  });
  return deepFreeze(Object.entries(matters).map(matterOf));
}

function wordsOf(zh: string, pinyin: string): MatterWords {
  // The syllables lüe and nüe are typed with u as well as with v.
  return { zh, syllables: pinyin.split(' ').map((syllable) => syllable.replace(/^([ln])ve$/, '$1ue')) };
}
