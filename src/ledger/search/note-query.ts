import { standsAlone, wordsOf } from './note-words.js';

/** Words that must follow each other in a note. */
export interface Phrase {
  readonly words: readonly string[];
  /** The last word may go on: `138` finds 13800001111. */
  readonly prefix: boolean;
}

/** Longest query; characters. */
export const QUERY_LIMIT = 200;
/** Phrases that a query may have; what follows is not looked for. */
const MOST_PHRASES = 16;

/**
 * What a person typed: phrases, all of which a note must have. A text in quotation marks (`"`, `“ ”`, `「 」`) is one
 * phrase as it stands; any other is one up to the next space, and its last word may go on unless it is Chinese. Empty
 * when there is no word in it. Nothing of what is typed is taken for the language of the search engine.
 */
export function phrasesOf(query: string): readonly Phrase[] {
  const phrases: Phrase[] = [];
  for (const [, quoted, plain] of query
    .slice(0, QUERY_LIMIT)
    .matchAll(/["“”「](.*?)(?:["“”」]|$)|([^\s"“”「」]+)/gu)) {
    const words = wordsOf(quoted ?? plain ?? '').map(({ text }) => text);
    const last = words.at(-1);
    if (last === undefined) continue;
    phrases.push({ words, prefix: quoted === undefined && !standsAlone(last) });
  }
  return phrases.slice(0, MOST_PHRASES);
}

/** The phrases in the query language of FTS5. Words are letters and digits, so nothing in them can end the quotes. */
export function matchExpression(phrases: readonly Phrase[]): string {
  return phrases.map(({ words, prefix }) => `"${words.join(' ')}"${prefix ? ' *' : ''}`).join(' AND ');
}
