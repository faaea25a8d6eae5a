import { findParam, indexOutside } from './params.js';

/** A `From`, `To`, `Contact`, `Route` ... entry: display name, URI and header parameters. */
export interface NameAddr {
  /** As written, with its quotes; empty when there is none. */
  readonly display: string;
  readonly uri: string;
  /** From the first `;` after the address on, or empty. */
  readonly params: string;
}

/**
 * Reads one entry (RFC 3261 §20.10). Without angle brackets every `;` parameter belongs to the header.
 * Tolerant: a missing `>` takes the rest as URI.
 */
export function parseNameAddr(entry: string): NameAddr {
  const open = openingBracket(entry);
  if (open < 0) {
    const semicolon = entry.indexOf(';');
    if (semicolon < 0) return { display: '', uri: entry.trim(), params: '' };
    return { display: '', uri: entry.slice(0, semicolon).trim(), params: entry.slice(semicolon) };
  }
  const close = entry.indexOf('>', open);
  return {
    display: entry.slice(0, open).trim(),
    uri: entry.slice(open + 1, close < 0 ? entry.length : close).trim(),
    params: close < 0 ? '' : entry.slice(close + 1).trim(),
  };
}

/** Index of the `<` before the address; only a quoted display name can hold another one. */
function openingBracket(entry: string): number {
  const quote = entry.indexOf('"');
  if (quote < 0) return entry.indexOf('<');
  const end = entry.indexOf('"', quote + 1);
  if (quote > 0 || end < 0 || entry.indexOf('\\') >= 0) return indexOutside(entry, '<');
  // The usual `"Display" <sip:...>`, provided that no further quotes come before the bracket.
  const open = entry.indexOf('<', end);
  const next = entry.indexOf('"', end + 1);
  return next < 0 || open < next ? open : indexOutside(entry, '<');
}

const USUAL_TAG = '>;tag=';
const CLOSE = 62;

/** The `tag` of a From or To value; `''` when it has none. */
export function tagOf(value: string): string {
  if (value.charCodeAt(value.length - 1) === CLOSE) return '';
  // The tag is nearly always the first parameter; searching from the end, as the rule is, takes longer.
  const usual = value.indexOf(USUAL_TAG);
  if (usual >= 0 && value.indexOf('>', usual + 1) < 0 && value.indexOf('"', usual) < 0) {
    const from = usual + USUAL_TAG.length;
    const semicolon = value.indexOf(';', from);
    return value.slice(from, semicolon < 0 ? value.length : semicolon).trim();
  }
  const close = value.lastIndexOf('>');
  const start = close < 0 ? value.indexOf(';') : close + 1;
  return start < 0 ? '' : (findParam(value, 'tag', start) ?? '');
}
