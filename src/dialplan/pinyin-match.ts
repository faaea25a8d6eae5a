/** How letters fit syllables of pinyin. */
export interface PinyinMatch {
  /** The first syllable that they fit. */
  readonly at: number;
  /** Letters typed for each letter of the syllables that they fit; above 0, to 1 when all were typed. */
  readonly typed: number;
  /** One letter for each of several syllables. */
  readonly initials: boolean;
}

/**
 * Find letters among syllables: the whole pinyin, its initials, a mixture, or the beginning of any of these, from
 * some syllable on (`tingsh`, `ts`, `tshui` and `t` all fit `ting shui`). The earliest place that fits is taken,
 * and there the way that leaves least untyped. Null when they do not fit.
 * @param letters lower-case `a`-`z`, ü as `v`
 */
export function matchPinyin(letters: string, syllables: readonly string[]): PinyinMatch | null {
  if (letters === '') return null;
  for (let at = 0; at < syllables.length; at++) {
    if (syllables[at]?.[0] !== letters[0]) continue;
    const end = fewestSyllables(letters, 0, syllables, at, new Map());
    if (end === null) continue;
    const whole = syllables.slice(at, end).reduce((sum, syllable) => sum + syllable.length, 0);
    const several = end - at > 1;
    return { at, typed: letters.length / whole, initials: several && letters.length === end - at };
  }
  return null;
}

/** The syllable after the last one that letters from `from` on need, when they begin in syllable `at`. */
function fewestSyllables(
  letters: string,
  from: number,
  syllables: readonly string[],
  at: number,
  known: Map<number, number | null>,
): number | null {
  if (from === letters.length) return at;
  const syllable = syllables[at];
  if (syllable === undefined || syllable[0] !== letters[from]) return null;
  const key = from * syllables.length + at;
  const before = known.get(key);
  if (before !== undefined) return before;
  let best: number | null = null;
  let length = 1;
  while (length < syllable.length && syllable[length] === letters[from + length]) length++;
  for (; length > 0; length--) {
    const end = fewestSyllables(letters, from + length, syllables, at + 1, known);
    if (end !== null && (best === null || end < best)) best = end;
  }
  known.set(key, best);
  return best;
}
