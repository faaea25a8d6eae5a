/** Helpers for `;name=value` parameters and comma lists; both respect quoted strings and angle brackets. */

/**
 * Whether nothing in `text` from `start` can hide a separator: no quotes, no brackets. Searching is native code, several
 * times as fast as a loop over characters, so this is worth asking first; once for a text, lest it take square time.
 */
const isPlain = (text: string, start: number): boolean =>
  text.indexOf('"', start) < 0 && text.indexOf('<', start) < 0;

/** As `indexOutside`, for texts that are not plain. */
function scanOutside(text: string, wanted: string, start: number): number {
  let quoted = false;
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === wanted && depth === 0) return i;
    else if (c === '"') quoted = true;
    else if (c === '<') depth++;
    else if (c === '>' && depth > 0) depth--;
  }
  return -1;
}

/** `scanOutside` for texts that are plain. */
const search = (text: string, wanted: string, start: number): number => text.indexOf(wanted, start);

/** Index of the first `wanted` in `text` from `start` that is outside quotes and `<>`; -1 when there is none. */
export function indexOutside(text: string, wanted: string, start = 0): number {
  return (isPlain(text, start) ? search : scanOutside)(text, wanted, start);
}

/**
 * The value of parameter `name` (lower case) in text such as `;branch=x;rport`, looked for from `start`.
 * `''` for a parameter without a value, `undefined` when it is not there.
 */
export function findParam(text: string, name: string, start = 0): string | undefined {
  const next = isPlain(text, start) ? search : scanOutside;
  let at = next(text, ';', start);
  while (at >= 0) {
    const following = next(text, ';', at + 1);
    const end = following < 0 ? text.length : following;
    const value = paramAt(text, at + 1, end, name);
    if (value !== undefined) return value;
    at = following;
  }
  return undefined;
}

const EQUALS = 61;

/** The value of the parameter at `text[from..end)` when `name`, in lower case, is its name; `''` when it has none. */
export function paramAt(text: string, from: number, end: number, name: string): string | undefined {
  let at = from;
  while (at < end && text.charCodeAt(at) <= 32) at++;
  for (let i = 0; i < name.length; i++, at++) {
    // Names are letters, so the bit that tells upper from lower case can be set.
    if (at >= end || (text.charCodeAt(at) | 32) !== name.charCodeAt(i)) return undefined;
  }
  while (at < end && text.charCodeAt(at) <= 32) at++;
  if (at >= end) return '';
  return text.charCodeAt(at) === EQUALS ? text.slice(at + 1, end).trim() : undefined;
}

/** Splits a header value at the commas that separate list entries; entries are trimmed, empty ones dropped. */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return value === '' ? [] : [value];
  const next = isPlain(value, 0) ? search : scanOutside;
  const entries: string[] = [];
  let from = 0;
  for (;;) {
    const comma = next(value, ',', from);
    const entry = value.slice(from, comma < 0 ? value.length : comma).trim();
    if (entry !== '') entries.push(entry);
    if (comma < 0) return entries;
    from = comma + 1;
  }
}

/** A whole number without sign, at most `max`; `null` for anything else. */
export function parseCount(text: string, max: number): number | null {
  if (text.length === 0 || text.length > 10) return null;
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    n = n * 10 + digit;
  }
  return n <= max ? n : null;
}

/** Whether every quoted string in `text` is closed. */
export function quotesBalance(text: string): boolean {
  const first = text.indexOf('"');
  if (first < 0) return true;
  const second = text.indexOf('"', first + 1);
  // One quoted string without an escaped character, as display names are.
  if (second >= 0 && text.indexOf('"', second + 1) < 0 && text.indexOf('\\') < 0) return true;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
  }
  return !quoted;
}

/** `text` from `start` without blanks and tabs at either end; other white space is text (RFC 3261 §25.1). */
export function trimBlanks(text: string, start = 0): string {
  let from = start;
  let end = text.length;
  while (from < end && isBlank(text.charCodeAt(from))) from++;
  while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(from, end);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;
