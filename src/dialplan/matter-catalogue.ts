import type { Matter, MatterMatch, MatterMatchKind, MatterUrgency, MatterWords } from './matter.js';
import { matchPinyin } from './pinyin-match.js';

/** Longest query that is looked at; characters. */
const MAX_QUERY = 60;

/** Share of the pairs of characters of a query that must be in a name that is only similar. */
const LEAST_ALIKE = 0.4;

const URGENCY: Readonly<Record<MatterUrgency, number>> = { emergency: 0, urgent: 1, routine: 2 };

/** How well a piece of a query fits; higher is better, 0 to 110. */
interface Fit {
  readonly score: number;
  readonly by: MatterMatchKind;
  readonly term: string;
}

/** The matters of a dial plan, and how an agent finds them while typing. Nothing of it changes. */
export class MatterCatalogue {
  readonly #matters: readonly Matter[];
  readonly #entries: readonly Entry[];
  readonly #byCode: ReadonlyMap<string, Matter>;

  constructor(matters: readonly Matter[] = []) {
    this.#matters = [...matters];
    this.#entries = matters.map(entryOf);
    this.#byCode = new Map(matters.map((matter) => [matter.code, matter]));
  }

  get size(): number {
    return this.#matters.length;
  }

  /** All, in the order of the file. */
  all(): readonly Matter[] {
    return this.#matters;
  }

  /** The matter of a code, upper or lower case. */
  get(code: string): Matter | undefined {
    return this.#byCode.get(code.trim().toLowerCase());
  }

  /**
   * The matters that fit what was typed so far, best first, at most `limit`: Chinese words, also such that are only
   * similar; pinyin, its initials, or the beginning of either; the code; English words. Every piece of the query
   * must fit. Nothing fits an empty query.
   */
  search(query: string, limit: number): readonly MatterMatch[] {
    const pieces = piecesOf(query);
    if (pieces.length === 0) return [];
    const found: { readonly match: MatterMatch; readonly score: number }[] = [];
    for (const entry of this.#entries) {
      let worst: Fit | null = null;
      let sum = 0;
      for (const piece of pieces) {
        const fit = fitOf(piece, entry);
        sum += fit.score;
        if (worst === null || fit.score < worst.score) worst = fit;
        if (fit.score === 0) break;
      }
      if (worst === null || worst.score === 0) continue;
      const match = { matter: entry.matter, by: worst.by, term: worst.term };
      found.push({ match, score: sum / pieces.length });
    }
    found.sort((a, b) => b.score - a.score || byUrgency(a.match.matter, b.match.matter));
    return found.slice(0, limit).map(({ match }) => match);
  }
}

function byUrgency(a: Matter, b: Matter): number {
  return URGENCY[a.urgency] - URGENCY[b.urgency] || (a.code < b.code ? -1 : 1);
}

interface Piece {
  readonly kind: 'words' | 'letters';
  readonly text: string;
  /** As it was typed. */
  readonly spaced: string;
  /** Of words, every two characters that stand side by side. */
  readonly pairs: readonly string[];
}

/** Runs of Chinese characters, and runs of letters, digits and dashes; spaces between letters separate syllables. */
function piecesOf(query: string): readonly Piece[] {
  const plain = [...query.normalize('NFD').toLowerCase()].slice(0, MAX_QUERY).join('');
  // Tones go; the two dots of ü are written as v.
  const text = plain
    .replace(/u\u0308/g, 'v')
    .replace(/\p{M}/gu, '')
    .normalize('NFKC');
  return [...text.matchAll(/(\p{Script=Han}+)|([a-z0-9][a-z0-9' -]*)/gu)].map(([all, words]) => {
    if (words !== undefined) return { kind: 'words', text: words, spaced: words, pairs: pairsOf(words) };
    const spaced = all.trim();
    // The syllables lüe and nüe are typed with v or u.
    const typed = spaced.replace(/[ '-]/g, '').replace(/([ln])ve/g, '$1ue');
    return { kind: 'letters', text: typed, spaced, pairs: [] };
  });
}

const NO_FIT: Fit = { score: 0, by: 'words', term: '' };

/** A matter with what searching needs of it. */
interface Entry {
  readonly matter: Matter;
  readonly terms: readonly Term[];
  /** Words of the English name. */
  readonly english: readonly string[];
}

interface Term extends MatterWords {
  /** Letters of all its syllables. */
  readonly letters: number;
}

function entryOf(matter: Matter): Entry {
  const terms = [matter.name, ...matter.words].map(({ zh, syllables }) => {
    return { zh, syllables, letters: syllables.join('').length };
  });
  return { matter, terms, english: matter.en?.toLowerCase().split(/[^a-z0-9]+/) ?? [] };
}

function fitOf(piece: Piece, { matter, terms, english }: Entry): Fit {
  let best = NO_FIT;
  const consider = (fit: Fit): void => {
    if (fit.score > best.score) best = fit;
  };
  if (piece.kind === 'words') for (const term of terms) consider(wordsFit(piece, term));
  else {
    consider(codeFit(piece.spaced, matter));
    consider(englishFit(piece.spaced, matter, english));
    for (const term of terms) consider(pinyinFit(piece.text, term));
  }
  return best;
}

function wordsFit({ text, pairs }: Piece, { zh }: MatterWords): Fit {
  if (zh === text) return { score: 100, by: 'words', term: zh };
  const share = text.length / zh.length;
  const at = zh.indexOf(text);
  if (at >= 0) return { score: (at === 0 ? 88 : 80) + 8 * share, by: 'words', term: zh };
  if (text.length < 2) return NO_FIT;
  // A whole sentence was typed that says it.
  if (zh.length > 1 && text.includes(zh)) return { score: 60 + 10 / share, by: 'words', term: zh };
  if (isWithin(text, zh)) return { score: 50 + 10 * share, by: 'similar-words', term: zh };
  const alike = pairs.filter((pair) => zh.includes(pair)).length / pairs.length;
  return alike >= LEAST_ALIKE ? { score: 20 + 20 * alike, by: 'similar-words', term: zh } : NO_FIT;
}

/** All characters of the query are there in this order, with others between. */
function isWithin(query: string, text: string): boolean {
  let at = -1;
  for (const character of query) {
    at = text.indexOf(character, at + 1);
    if (at < 0) return false;
  }
  return true;
}

function pairsOf(text: string): readonly string[] {
  return Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2));
}

function pinyinFit(typed: string, { zh, syllables, letters }: Term): Fit {
  const match = matchPinyin(typed, syllables);
  if (match === null) return NO_FIT;
  // A single letter in the middle of a name says nothing.
  if (typed.length === 1 && match.at > 0) return NO_FIT;
  const score = (match.at === 0 ? 66 : 56) + 14 * match.typed + (10 * typed.length) / letters;
  return { score, by: match.initials ? 'initials' : 'pinyin', term: zh };
}

function codeFit(query: string, { code }: Matter): Fit {
  if (code === query) return { score: 110, by: 'code', term: code };
  const fits = query.length > 1 && code.startsWith(query);
  return fits ? { score: 84 + (10 * query.length) / code.length, by: 'code', term: code } : NO_FIT;
}

/** Every word of the query begins a word of the name. */
function englishFit(query: string, { en }: Matter, words: readonly string[]): Fit {
  if (en === null || query.length < 2) return NO_FIT;
  const fits = query.split(/[ '-]+/).every((part) => words.some((word) => word.startsWith(part)));
  return fits ? { score: 70 + (10 * query.length) / en.length, by: 'english', term: en } : NO_FIT;
}
