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
  const open = indexOutside(entry, '<');
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

/** The `tag` of a From or To value; `''` when it has none. */
export function tagOf(value: string): string {
  const close = value.lastIndexOf('>');
  const start = close < 0 ? value.indexOf(';') : close + 1;
  return start < 0 ? '' : (findParam(value, 'tag', start) ?? '');
}
