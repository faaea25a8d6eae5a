import type { TraceEntry } from '../log.js';
import { parseDatagram } from '../message/parse.js';

/** Which messages a trace shows; what is absent does not matter, what is there must all hold. */
export interface TraceFilter {
  /** Whole, or a part of it. */
  readonly callId?: string;
  /** The method, also of the request that a response answers. */
  readonly method?: string;
  /** A part of the remote address, such as `192.0.2.` or `:5061`. */
  readonly address?: string;
  readonly transport?: string;
  /** A part of From or To: a number, a name. */
  readonly party?: string;
}

const KEYS: Readonly<Record<string, keyof TraceFilter>> = {
  'call-id': 'callId',
  method: 'method',
  address: 'address',
  transport: 'transport',
  party: 'party',
};

export type FilterResult =
  | { readonly ok: true; readonly filter: TraceFilter }
  | { readonly ok: false; readonly reason: string };

/** Reads `method=INVITE address=192.0.2.1`; empty text lets everything pass. */
export function readFilter(text: string): FilterResult {
  const filter: { -readonly [K in keyof TraceFilter]: string } = {};
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    const equals = word.indexOf('=');
    const key = KEYS[word.slice(0, Math.max(equals, 0)).toLowerCase()];
    const value = word.slice(equals + 1);
    if (key === undefined || value === '') {
      return { ok: false, reason: `${word}: expected one of ${Object.keys(KEYS).join(', ')}, = and a value` };
    }
    filter[key] = value;
  }
  return { ok: true, filter };
}

/** Whether an entry passes. Messages that cannot be read pass only where no header is asked for. */
export function passes(entry: TraceEntry, filter: TraceFilter): boolean {
  const { callId, method, address, transport, party } = filter;
  if (address !== undefined && !entry.remote.includes(address)) return false;
  if (transport !== undefined && entry.transport !== transport.toLowerCase()) return false;
  if (callId === undefined && method === undefined && party === undefined) return true;
  const result = parseDatagram(entry.bytes);
  const message = result.ok ? result.message : result.request;
  if (message === null) return false;
  if (callId !== undefined && !message.callId.includes(callId)) return false;
  if (method !== undefined && message.cseq.method !== method.toUpperCase()) return false;
  const parties = `${message.headers.get('From') ?? ''} ${message.headers.get('To') ?? ''}`;
  return party === undefined || parties.includes(party);
}
