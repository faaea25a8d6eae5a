import type { Phrase } from './note-query.js';
import { type Word, wordsOf } from './note-words.js';

/** A piece of a note; `hit` where it is what was looked for. */
export interface SnippetPart {
  readonly text: string;
  readonly hit: boolean;
}

/** A note that is no longer is shown whole; UTF-16 units. */
const WHOLE = 160;
/** Shown before the first hit of a longer one. */
const BEFORE = 40;

/** The part of a note around the first thing that was looked for, as pieces; `…` stands for what is left out. */
export function snippetOf(note: string, phrases: readonly Phrase[]): readonly SnippetPart[] {
  const hits = hitsIn(wordsOf(note), phrases);
  const [first] = hits;
  const from =
    note.length <= WHOLE || first === undefined ? 0 : edge(note, Math.max(0, first.start - BEFORE));
  const to = note.length <= WHOLE ? note.length : edge(note, Math.min(note.length, from + WHOLE));
  const parts: SnippetPart[] = [];
  const add = (text: string, hit: boolean): void => {
    if (text !== '') parts.push({ text, hit });
  };
  if (from > 0) add('…', false);
  let at = from;
  for (const { start, end } of hits) {
    if (end <= at || start >= to) continue;
    add(note.slice(at, Math.max(at, start)), false);
    add(note.slice(Math.max(at, start), Math.min(end, to)), true);
    at = Math.min(end, to);
  }
  add(note.slice(at, to), false);
  if (to < note.length) add('…', false);
  return parts;
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Where the phrases stand, in order; those that touch are one. */
function hitsIn(words: readonly Word[], phrases: readonly Phrase[]): readonly Stretch[] {
  const found = phrases
    .flatMap((phrase) => words.flatMap((_, index) => stretchAt(words, index, phrase)))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const joined: Stretch[] = [];
  for (const stretch of found) {
    const last = joined.at(-1);
    if (last === undefined || stretch.start > last.end) joined.push(stretch);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, stretch.end) };
  }
  return joined;
}

function stretchAt(words: readonly Word[], index: number, { words: wanted, prefix }: Phrase): Stretch[] {
  const fits = wanted.every((word, offset) => {
    const there = words[index + offset]?.text;
    return prefix && offset === wanted.length - 1 ? there?.startsWith(word) : there === word;
  });
  const first = words[index];
  const last = words[index + wanted.length - 1];
  return fits && first !== undefined && last !== undefined ? [{ start: first.start, end: last.end }] : [];
}

/** A place that splits no character of two units. */
function edge(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
