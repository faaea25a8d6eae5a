import type { MessageHead, StartLine } from './head.js';
import { LONGEST_HEADER, MOST_HEADERS } from './head.js';
import { canonicalHeaderName, isTokenCode, KNOWN_NAMES } from './header-names.js';
import { Headers } from './headers.js';

/**
 * The fast way to read the head of a message: one pass over its bytes, for heads that are written as nearly all are.
 * ASCII, lines that end in CRLF, no folding, every header line `name: value`. Whatever is out of the ordinary is left
 * to the tolerant reader (`parse.ts`), so nothing is judged here.
 */

export interface PlainHead {
  readonly head: MessageHead;
  /** Index of the first byte behind the blank line. */
  readonly body: number;
}

const [TAB, LF, CR, BLANK, COLON] = [9, 10, 13, 32, 58];
const VERSION = Buffer.from('SIP/2.0');

const TOKEN = Uint8Array.from({ length: 256 }, (_, code) => (isTokenCode(code) ? 1 : 0));
/** What may stand in a line: ASCII but for the two that end it. */
const TEXT = Uint8Array.from({ length: 256 }, (_, code) =>
  code < 128 && code !== CR && code !== LF ? 1 : 0,
);

/** Index of the CR that ends the line at `from`; -1 when the line is not plain. */
function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (TEXT[bytes[at] ?? CR] === 1) at++;
  return bytes[at] === CR && bytes[at + 1] === LF ? at : -1;
}

const isBlank = (code: number | undefined): boolean => code === BLANK || code === TAB;

/** Reads the head that starts at `from`; `null` when the tolerant reader has to look at it. */
export function readPlainHead(bytes: Buffer, from: number): PlainHead | null {
  const firstEnd = lineEnd(bytes, from);
  if (firstEnd < 0) return null;
  // The body comes along: finding its start first would take longer than copying it.
  const text = bytes.toString('latin1', from);
  const start = plainStart(bytes, from, firstEnd, text);
  if (start === null) return null;
  const headers = new Headers();
  let clean = true;
  let at = firstEnd + 2;
  while (bytes[at] !== CR) {
    const end = addHeader(headers, bytes, at, text, from);
    if (end < 0 || headers.size > MOST_HEADERS) return null;
    if (bytes[at + 1] === COLON) clean = false;
    at = end + 2;
  }
  return bytes[at + 1] === LF ? { head: { start, headers, clean, fault: null }, body: at + 2 } : null;
}

/** Adds the header line at `line`; returns the index of its CR, or -1 when it is not plain. */
function addHeader(headers: Headers, bytes: Uint8Array, line: number, text: string, from: number): number {
  let colon = line;
  while (TOKEN[bytes[colon] ?? CR] === 1) colon++;
  if (bytes[colon] !== COLON || colon === line) return -1;
  const end = lineEnd(bytes, colon + 1);
  if (end < 0 || end - line > LONGEST_HEADER) return -1;
  let first = colon + 1;
  while (isBlank(bytes[first])) first++;
  let last = end;
  while (last > first && isBlank(bytes[last - 1])) last--;
  const name =
    KNOWN_NAMES.find(bytes, line, colon) ?? canonicalHeaderName(text.slice(line - from, colon - from));
  headers.add(name, text.slice(first - from, last - from));
  return end;
}

function isVersion(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < VERSION.length; i++) if (bytes[at + i] !== VERSION[i]) return false;
  return true;
}

/** The start line at `bytes[from..end)`, of which `text` is the writing; `null` when there is anything odd about it. */
function plainStart(bytes: Uint8Array, from: number, end: number, text: string): StartLine | null {
  const length = end - from;
  if (isVersion(bytes, from)) {
    // `SIP/2.0 200 OK`
    const status =
      length < 12 || bytes[from + 7] !== BLANK || bytes[from + 11] !== BLANK ? 0 : statusAt(bytes, from + 8);
    if (status < 100 || status > 699) return null;
    return { kind: 'response', status, reason: text.slice(12, length) };
  }
  let gap = from;
  while (TOKEN[bytes[gap] ?? CR] === 1) gap++;
  const last = end - VERSION.length - 1;
  if (gap === from || bytes[gap] !== BLANK || last <= gap + 1 || bytes[last] !== BLANK) return null;
  if (!isVersion(bytes, last + 1)) return null;
  // A URI has a scheme, and no blank in it.
  let colon = -1;
  for (let i = gap + 1; i < last; i++) {
    const code = bytes[i];
    if (code === BLANK) return null;
    if (code === COLON && colon < 0) colon = i;
  }
  if (colon <= gap + 1 || bytes[gap + 1] === 60) return null;
  return { kind: 'request', method: text.slice(0, gap - from), uri: text.slice(gap + 1 - from, last - from) };
}

/** Three digits as a number; -1 when one of them is none. */
function statusAt(bytes: Uint8Array, at: number): number {
  let status = 0;
  for (let i = at; i < at + 3; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    status = status * 10 + digit;
  }
  return status;
}
