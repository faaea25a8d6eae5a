/** What a REGISTER asks for (RFC 3261 §10.2, §10.3; RFC 3327; RFC 5626). */
import { parseNameAddr } from '../sip/message/name-addr.js';
import { findParam, parseCount, splitList } from '../sip/message/params.js';
import { parseUri } from '../sip/message/uri.js';
import type { AgentAnswer, AgentRequest } from './agent-request.js';

/** One Contact of a REGISTER. */
export interface WantedContact {
  readonly uri: string;
  /** Seconds; 0: it goes. Null: as long as we like. */
  readonly expires: number | null;
  readonly q: number;
  readonly instance: string | null;
  readonly regId: number | null;
}

export interface RegisterWish {
  /** User part of the address of record. */
  readonly user: string;
  /** `all`: every Contact of the agent goes. Empty: only ask. */
  readonly contacts: readonly WantedContact[] | 'all';
  readonly callId: string;
  readonly cseq: number;
  readonly path: readonly string[];
  /** The phone knows Outbound, and what is between us and it, too. */
  readonly outbound: boolean;
  readonly symmetric: boolean;
  readonly userAgent: string | null;
}

export type ReadRegister =
  | { readonly ok: true; readonly wish: RegisterWish }
  | { readonly ok: false; readonly answer: AgentAnswer };

/** Extensions that a phone may require of us. */
const KNOWN_EXTENSIONS: readonly string[] = ['path', 'outbound'];
const MOST_CONTACTS = 10;
const MOST_PATH = 10;
const LONGEST_URI = 500;
const LONGEST_NAME = 200;
/** RFC 3261 §20.19: 2^32-1 seconds. */
const LONGEST_EXPIRES = 4_294_967_295;

const bad = (reason: string): ReadRegister => ({ ok: false, answer: { status: 400, reason, headers: {} } });

/** Whom a REGISTER is for: the user part of its To; null when that is no SIP address. */
function registeredUser(request: AgentRequest): string | null {
  const uri = parseUri(parseNameAddr(request.get('To') ?? '').uri);
  return uri === null || uri.user === '' ? null : unescaped(uri.user.split(/[;:]/)[0] ?? '');
}

/**
 * Read a REGISTER, or say how it is to be refused.
 *
 * @param answersStun the SIP server answers keep-alives on its UDP ports, which Outbound over UDP takes
 */
export function readRegister(request: AgentRequest, answersStun: boolean): ReadRegister {
  const unknown = splitList(request.get('Require') ?? '').filter(
    (tag) => !KNOWN_EXTENSIONS.includes(tag.toLowerCase()),
  );
  if (unknown.length > 0) {
    return { ok: false, answer: { status: 420, reason: null, headers: { Unsupported: unknown.join(', ') } } };
  }
  const user = registeredUser(request);
  const callId = request.get('Call-ID') ?? '';
  const cseq = parseCount((request.get('CSeq') ?? '').trim().split(/\s/)[0] ?? '', 2 ** 31 - 1);
  if (user === null || callId === '' || callId.length > LONGEST_NAME || cseq === null) {
    return bad('To, Call-ID or CSeq cannot be read');
  }
  const path = splitList(request.get('Path') ?? '');
  if (path.length > MOST_PATH || path.some((entry) => !isRoute(entry))) return bad('Path cannot be read');
  const read = contactsOf(request);
  if (!read.ok) return bad(read.why);
  const { contacts } = read;
  const outbound = usesOutbound(request, path, contacts === 'all' ? [] : contacts, answersStun);
  if (outbound === 'first-hop') {
    return { ok: false, answer: { status: 439, reason: 'First Hop Lacks Outbound Support', headers: {} } };
  }
  const userAgent = (request.get('User-Agent') ?? '').slice(0, LONGEST_NAME);
  const wish = {
    user,
    contacts,
    callId,
    cseq,
    path,
    outbound,
    symmetric: findParam(splitList(request.get('Via') ?? '')[0] ?? '', 'rport') !== undefined,
    userAgent: userAgent === '' ? null : userAgent,
  };
  return { ok: true, wish };
}

type ReadContacts =
  | { readonly ok: true; readonly contacts: RegisterWish['contacts'] }
  | { readonly ok: false; readonly why: string };

function contactsOf(request: AgentRequest): ReadContacts {
  const entries = splitList(request.get('Contact') ?? '');
  const header = request.get('Expires');
  // RFC 3261 §20.19 and §10.3: what cannot be read is as if it was not there.
  const expires = header === undefined ? null : parseCount(header.trim(), LONGEST_EXPIRES);
  if (entries.some((entry) => entry.trim() === '*')) {
    if (entries.length === 1 && expires === 0) return { ok: true, contacts: 'all' };
    return { ok: false, why: 'Contact: * goes with Expires: 0 alone' };
  }
  if (entries.length > MOST_CONTACTS) return { ok: false, why: 'Too many Contacts' };
  const found: WantedContact[] = [];
  for (const entry of entries) {
    const { uri, params } = parseNameAddr(entry);
    const parsed = parseUri(uri);
    if (parsed === null || uri.length > LONGEST_URI || !isPlain(uri))
      return { ok: false, why: 'Contact cannot be read' };
    const own = findParam(params, 'expires');
    const instance = unquoted(findParam(params, '+sip.instance') ?? '').slice(0, LONGEST_NAME);
    const regId = parseCount(findParam(params, 'reg-id') ?? '', 2 ** 31 - 1);
    found.push({
      uri,
      expires: own === undefined ? expires : parseCount(own, LONGEST_EXPIRES),
      q: qOf(findParam(params, 'q')),
      instance: instance === '' || !isPlain(instance) ? null : instance,
      // RFC 5626 §6: reg-id without instance, or 0, means nothing.
      regId: instance === '' || regId === 0 ? null : regId,
    });
  }
  return { ok: true, contacts: found };
}

/** Whether flows are kept apart; `first-hop`: a proxy on the way would lose them (RFC 5626 §6). */
function usesOutbound(
  request: AgentRequest,
  path: readonly string[],
  contacts: readonly WantedContact[],
  answersStun: boolean,
): boolean | 'first-hop' {
  const supported = ['Supported', 'Require']
    .flatMap((name) => splitList(request.get(name) ?? ''))
    .some((tag) => tag.toLowerCase() === 'outbound');
  if (!supported || !contacts.some(({ regId }) => regId !== null)) return false;
  const direct = splitList(request.get('Via') ?? '').length <= 1;
  // Over UDP it keeps its flow open by STUN on this port (RFC 5626 §3.5.2), or keeps to RFC 3261.
  if (direct) return answersStun || request.source.transport !== 'udp';
  // Path has the proxy next to us on top; that next to the phone comes last.
  const edge = parseUri(parseNameAddr(path.at(-1) ?? '').uri);
  return edge !== null && findParam(edge.params, 'ob') !== undefined ? true : 'first-hop';
}

function isRoute(entry: string): boolean {
  return entry.length <= LONGEST_URI && isPlain(entry) && parseUri(parseNameAddr(entry).uri) !== null;
}

/** On one line: it goes out again in headers of ours. */
function isPlain(text: string): boolean {
  return !/[\p{Cc}]/u.test(text);
}

function qOf(text: string | undefined): number {
  return text !== undefined && /^(0(\.\d{1,3})?|1(\.0{1,3})?)$/.test(text) ? Number(text) : 1;
}

function unquoted(value: string): string {
  return value.replace(/^"|"$/g, '');
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
