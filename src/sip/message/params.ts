/** Helpers for `;name=value` parameters and comma lists; both respect quoted strings and angle brackets. */

/** Index of the first `wanted` in `text` from `start` that is outside quotes and `<>`; -1 when there is none. */
export function indexOutside(text: string, wanted: string, start = 0): number {
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

/**
 * The value of parameter `name` (lower case) in text such as `;branch=x;rport`, looked for from `start`.
 * `''` for a parameter without a value, `undefined` when it is not there.
 */
export function findParam(text: string, name: string, start = 0): string | undefined {
  let at = indexOutside(text, ';', start);
  while (at >= 0) {
    const next = indexOutside(text, ';', at + 1);
    const part = text.slice(at + 1, next < 0 ? text.length : next);
    const equals = part.indexOf('=');
    const key = (equals < 0 ? part : part.slice(0, equals)).trim();
    if (key.length === name.length && key.toLowerCase() === name) {
      return equals < 0 ? '' : part.slice(equals + 1).trim();
    }
    at = next;
  }
  return undefined;
}

/** Splits a header value at the commas that separate list entries; entries are trimmed, empty ones dropped. */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return value === '' ? [] : [value];
  const entries: string[] = [];
  let from = 0;
  for (;;) {
    const comma = indexOutside(value, ',', from);
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
