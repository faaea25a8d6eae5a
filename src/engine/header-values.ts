/**
 * Reading SIP header values (RFC 3261 §7.3.1, §20.10). All of it is linear in the length of the text and takes
 * whatever a peer writes.
 */

/** A name-addr or addr-spec with the parameters of its header. */
export interface Address {
  /** Display name, unescaped; null when there is none. */
  readonly name: string | null;
  /** Without angle brackets. */
  readonly uri: string;
  /** What follows the URI, such as `;index=1`. */
  readonly parameters: string;
}

/** The values of a header, which a comma parts unless it stands in quotes or angle brackets. */
export function splitValues(header: string): string[] {
  const values: string[] = [];
  let start = 0;
  for (let i = indexOutside(header, ',', 0); i !== -1; i = indexOutside(header, ',', i + 1)) {
    values.push(header.slice(start, i).trim());
    start = i + 1;
  }
  values.push(header.slice(start).trim());
  return values.filter((value) => value !== '');
}

/** Where `wanted` stands outside of quotes and angle brackets, from `start` on, which must be outside; else -1. */
function indexOutside(text: string, wanted: string, start: number): number {
  let quoted = false;
  let bracketed = false;
  for (let i = start; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '<') bracketed = true;
    else if (c === '>') bracketed = false;
    else if (c === wanted && !bracketed) return i;
  }
  return -1;
}

/** One address; null when it has an opening bracket and no closing one. */
export function readAddress(value: string): Address | null {
  const text = value.trim();
  const quoteEnd = text.startsWith('"') ? closingQuote(text) : 0;
  const open = text.indexOf('<', quoteEnd);
  if (open === -1) {
    // Parameters of a bare URI belong to the header (RFC 3261 §20.10).
    const semicolon = text.indexOf(';');
    const end = semicolon === -1 ? text.length : semicolon;
    return { name: null, uri: text.slice(0, end).trim(), parameters: text.slice(end) };
  }
  const close = text.indexOf('>', open);
  if (close === -1) return null;
  const name = quoteEnd > 0 ? text.slice(1, quoteEnd).replace(/\\(.)/g, '$1') : text.slice(0, open).trim();
  return {
    name: name.trim() === '' ? null : name.trim(),
    uri: text.slice(open + 1, close).trim(),
    parameters: text.slice(close + 1),
  };
}

function closingQuote(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

/** User part of a sip or sips URI, or the number of a tel URI, unescaped and without parameters; null when there is none. */
export function userOf(uri: string): string | null {
  const [scheme, rest] = splitOnce(uri.trim(), ':');
  const kind = scheme.toLowerCase();
  if (kind === 'tel') return nonEmpty(unescaped(upTo(rest, ';?')));
  if (kind !== 'sip' && kind !== 'sips') return null;
  const at = rest.indexOf('@');
  return at === -1 ? null : nonEmpty(unescaped(upTo(rest.slice(0, at), ';:')));
}

/**
 * Value of parameter `name` (lower case) in text such as `;index=1;mp=1`, without quotes; `''` when it has no value,
 * null when it is not there.
 */
export function parameterOf(text: string, name: string): string | null {
  let start = indexOutside(text, ';', 0);
  while (start !== -1) {
    const end = indexOutside(text, ';', start + 1);
    const [key, value] = splitOnce(text.slice(start + 1, end === -1 ? text.length : end), '=');
    if (key.trim().toLowerCase() === name) return value.trim().replace(/^"([^"]*)"$/, '$1');
    start = end;
  }
  return null;
}

/** A header value on one line (RFC 3261 §7.3.1 lets it be folded); null when there is none or it is longer than `most`. */
export function oneLine(value: string | undefined, most: number): string | null {
  const text = (value ?? '').replace(/[\r\n\t ]+/g, ' ').trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text === '' || text.length > most || /[\x00-\x1f\x7f]/.test(text) ? null : text;
}

/** Before and after the first `separator`; all before when it is not there. */
export function splitOnce(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** `%2A1` as `*1`; text that is not well escaped stays as it is. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function upTo(text: string, ends: string): string {
  for (let i = 0; i < text.length; i++) if (ends.includes(text.charAt(i))) return text.slice(0, i);
  return text;
}

function nonEmpty(text: string): string | null {
  return text === '' ? null : text;
}
