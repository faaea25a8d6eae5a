import type { Fault } from './fault.js';
import { LONGEST_HEADER, type MessageHead, MOST_HEADERS, type StartLine } from './head.js';
import { canonicalHeaderName, isToken } from './header-names.js';
import { Headers } from './headers.js';
import { NO_BODY, type SipMessage, SipRequest, SipResponse } from './message.js';
import { parseCount, trimBlanks } from './params.js';
import { readPlainHead } from './plain-head.js';
import { validateMessage } from './validate.js';

export type ParseResult =
  | { readonly ok: true; readonly message: SipMessage }
  /** `request` is there when the sender can be answered. */
  | { readonly ok: false; readonly fault: Fault; readonly request: SipRequest | null };

const badRequest = (reason: string): Fault => ({ status: 400, reason });

function parseStartLine(line: string): { start: StartLine; fault: Fault | null } | null {
  if (line.startsWith('SIP/')) {
    const status = parseCount(line.slice(8, 11), 699);
    if (!line.startsWith('SIP/2.0 ') || status === null || status < 100 || line.length < 11) return null;
    if (line.length > 11 && line.charAt(11) !== ' ') return null;
    return { start: { kind: 'response', status, reason: line.slice(12) }, fault: null };
  }
  const trimmed = line.trimEnd();
  const first = trimmed.indexOf(' ');
  const last = trimmed.lastIndexOf(' ');
  if (first <= 0) return null;
  const method = trimmed.slice(0, first);
  const version = trimmed.slice(last + 1);
  if (!isToken(method) || !version.toUpperCase().startsWith('SIP/')) return null;
  const uri = trimmed.slice(first + 1, last);
  const start: StartLine = { kind: 'request', method, uri };
  if (version.toUpperCase() !== 'SIP/2.0')
    return { start, fault: { status: 505, reason: 'Version Not Supported' } };
  if (trimmed.length !== line.length) return { start, fault: badRequest('Blanks After SIP Version') };
  const wellFormed = uri.length > 0 && !uri.includes(' ') && !uri.startsWith('<') && uri.indexOf(':') > 0;
  return { start, fault: wellFormed ? null : badRequest('Malformed Request-URI') };
}

/**
 * Reads the head of a message (without the blank line), tolerant of what peers do wrong. `null` when the first line is neither a SIP request nor a
 * SIP response, so that nobody could be answered.
 */
export function parseHead(head: string): MessageHead | null {
  let end = head.indexOf('\n');
  if (end < 0) end = head.length;
  let clean = head.charAt(end - 1) === '\r';
  const line = head.slice(0, clean ? end - 1 : end);
  const first = line.includes('\r') ? null : parseStartLine(line);
  if (first === null) return null;
  const headers = new Headers();
  let fault = first.fault;
  let from = end + 1;
  while (from < head.length) {
    let stop = head.indexOf('\n', from);
    if (stop < 0) stop = head.length;
    const crlf = head.charAt(stop - 1) === '\r';
    if (!crlf && stop < head.length) clean = false;
    const line = head.slice(from, crlf ? stop - 1 : stop);
    from = stop + 1;
    // A lone CR ends a line for some readers and not for others: a way to smuggle headers past us.
    if (line.includes('\r')) fault ??= badRequest('Lone CR in Header');
    if (headers.size >= MOST_HEADERS || line.length > LONGEST_HEADER) {
      // What follows is not even looked at.
      return {
        start: first.start,
        headers,
        clean: false,
        fault: fault ?? badRequest('Too Many Or Too Long Headers'),
      };
    }
    const lead = line.charAt(0);
    if (lead === ' ' || lead === '\t') {
      if (!headers.continueLast(line.trim(), LONGEST_HEADER)) fault ??= badRequest('Too Long Header');
      clean = false;
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trimEnd();
    if (!isToken(name)) {
      clean = false;
      if (line !== '') fault ??= badRequest('Malformed Header Line');
      continue;
    }
    if (name.length === 1 || name.length !== colon) clean = false;
    headers.add(canonicalHeaderName(name), trimBlanks(line, colon + 1));
  }
  return { start: first.start, headers, clean, fault };
}

/** Puts head and body together; `whole` are the bytes of both, kept when they may be passed on as they are. */
function completeMessage(head: MessageHead, body: Buffer, whole: Buffer | null): SipMessage {
  const raw = head.clean && head.headers.has('Content-Length') ? whole : null;
  return head.start.kind === 'request'
    ? new SipRequest(head.start.method, head.start.uri, head.headers, body, raw)
    : new SipResponse(head.start.status, head.start.reason, head.headers, body, raw);
}

/** A message as it was read, and what is wrong with its syntax. */
export interface ReadMessage {
  readonly message: SipMessage;
  readonly fault: Fault | null;
}

/** A message, checked: what the transports hand on. */
function checkMessage({ message, fault }: ReadMessage): ParseResult {
  const found = fault ?? validateMessage(message);
  if (found === null) return { ok: true, message };
  return { ok: false, fault: found, request: message.kind === 'request' ? message : null };
}

/** A head and its body, checked. */
export function finishMessage(
  head: MessageHead,
  body: Buffer,
  whole: Buffer | null,
  fault: Fault | null,
): ParseResult {
  return checkMessage({ message: completeMessage(head, body, whole), fault: head.fault ?? fault });
}

const NOT_SIP: ParseResult = { ok: false, fault: badRequest('Not SIP'), request: null };

interface BlankLine {
  readonly head: number;
  readonly body: number;
  /** Whether it is CRLF CRLF, as it must be for those that the message is passed on to. */
  readonly exact: boolean;
}

/** Index of the blank line, and where the body starts. */
function findBlankLine(bytes: Buffer): BlankLine | null {
  const crlf = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (crlf >= 0) return { head: crlf + 2, body: crlf + 4, exact: true };
  const lf = bytes.indexOf('\n\n', 0, 'latin1');
  return lf < 0 ? null : { head: lf + 1, body: lf + 2, exact: false };
}

/** The head at `bytes[from..to)`, without the blank line behind it; see `parseHead`. */
export function readHead(bytes: Buffer, from: number, to: number): MessageHead | null {
  const plain = readPlainHead(bytes, from);
  return plain !== null && plain.body === to + 2 ? plain.head : parseHead(bytes.toString('utf8', from, to));
}

/** Reads one datagram and checks what it holds. */
export function parseDatagram(bytes: Buffer): ParseResult {
  const read = readDatagram(bytes);
  return read === null ? NOT_SIP : checkMessage(read);
}

/**
 * Reads one datagram (RFC 3261 §18.3): bytes beyond Content-Length are ignored, fewer are an error. Only the syntax is
 * looked at. `null` when it is not SIP.
 */
export function readDatagram(bytes: Buffer): ReadMessage | null {
  let start = 0;
  while (start < bytes.length && (bytes[start] === 13 || bytes[start] === 10)) start++;
  const datagram = start === 0 ? bytes : bytes.subarray(start);
  const plain = readPlainHead(datagram, 0);
  if (plain !== null) return readBody(plain.head, datagram, plain.body, true);
  const blank = findBlankLine(datagram);
  const head = parseHead(datagram.toString('utf8', 0, blank?.head ?? datagram.length));
  if (head === null) return null;
  if (blank === null) return withBody(head, NO_BODY, null, badRequest('Missing Blank Line'));
  return readBody(head, datagram, blank.body, blank.exact);
}

/** The body starts at `from`; `exact` when the bytes may be passed on as they are. */
function readBody(head: MessageHead, datagram: Buffer, from: number, exact: boolean): ReadMessage {
  const available = datagram.length - from;
  const text = head.headers.get('Content-Length');
  if (text === undefined) {
    return withBody(head, available === 0 ? NO_BODY : datagram.subarray(from), null, null);
  }
  const length = parseCount(text, 0x7fff_ffff);
  if (length === null || length > available) {
    return withBody(head, datagram.subarray(from), null, badRequest('Bad Content-Length'));
  }
  const end = from + length;
  const whole = exact ? (end === datagram.length ? datagram : datagram.subarray(0, end)) : null;
  return withBody(head, length === 0 ? NO_BODY : datagram.subarray(from, end), whole, null);
}

function withBody(head: MessageHead, body: Buffer, whole: Buffer | null, fault: Fault | null): ReadMessage {
  return { message: completeMessage(head, body, whole), fault: head.fault ?? fault };
}
