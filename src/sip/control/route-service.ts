import type { SipRequest } from '../message/message.js';
import { parseNameAddr } from '../message/name-addr.js';
import { parseUri } from '../message/uri.js';
import { MAX_DESTINATIONS, parseDuration } from '../proxy/order.js';
import type { Flow } from '../transport/flow.js';

/** What an HTTP service says about a new request. */
export type RouteAnswer =
  | { readonly action: 'dial'; readonly uri: string }
  | { readonly action: 'tag'; readonly tag: string }
  | { readonly action: 'reject'; readonly status: number; readonly reason: string }
  | { readonly action: 'redirect'; readonly contacts: readonly string[] }
  | {
      readonly action: 'proxy';
      readonly destinations: readonly string[];
      readonly simultaneous: boolean;
      readonly remainInDialog: boolean;
      readonly followRedirects: boolean;
      readonly provisionalTimeout: number | null;
      readonly finalTimeout: number | null;
    };

/** A service must answer within this, ms. */
const PATIENCE_MS = 4000;
/** Largest answer that is read, bytes. */
const MAX_ANSWER = 65_536;

/** Asks the service with a GET that tells what the request is; null when it says nothing usable. */
export async function askRouteService(
  url: string,
  request: SipRequest,
  flow: Flow,
): Promise<RouteAnswer | null> {
  const asked = new URL(url);
  for (const [name, value] of Object.entries(facts(request, flow))) asked.searchParams.set(name, value);
  const answer = await fetch(asked, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' });
  if (!answer.ok || answer.body === null) return null;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of answer.body) {
    size += piece.length;
    // Leaving the loop cancels the rest.
    if (size > MAX_ANSWER) return null;
    pieces.push(piece);
  }
  return readAnswer(JSON.parse(Buffer.concat(pieces).toString()));
}

function facts(request: SipRequest, flow: Flow): Record<string, string> {
  const from = parseUri(parseNameAddr(request.headers.get('From') ?? '').uri);
  const to = parseUri(parseNameAddr(request.headers.get('To') ?? '').uri);
  const target = parseUri(request.uri);
  return {
    method: request.method,
    domain: target?.host ?? '',
    protocol: flow.listener.transport,
    source_address: flow.remoteHost,
    source_port: String(flow.remotePort),
    fromUser: from?.user ?? '',
    toUser: to?.user ?? '',
    uriUser: target?.user ?? '',
    uri: request.uri,
    callId: request.callId,
    contentType: request.headers.get('Content-Type') ?? '',
  };
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function listOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is string => typeof entry === 'string').slice(0, MAX_DESTINATIONS);
}

/** Reads `{action, data}`; null for anything that is not one of the four actions. */
function readAnswer(value: unknown): RouteAnswer | null {
  if (!isObject(value)) return null;
  const data = isObject(value.data) ? value.data : {};
  switch (value.action) {
    case 'route': {
      const [uri, tag] = [textOf(data.uri), textOf(data.tag)];
      if (uri !== '') return { action: 'dial', uri };
      return tag === '' ? null : { action: 'tag', tag };
    }
    case 'reject': {
      const status = typeof data.status === 'number' ? Math.trunc(data.status) : 603;
      if (status < 300 || status > 699) return null;
      return { action: 'reject', status, reason: textOf(data.reason).replace(/[\r\n]/g, ' ') || 'Rejected' };
    }
    case 'redirect': {
      const contacts = listOf(data.contacts).filter((uri) => parseUri(uri) !== null);
      return contacts.length === 0 ? null : { action: 'redirect', contacts };
    }
    case 'proxy': {
      const destinations = listOf(data.destination ?? data.destinations);
      if (destinations.length === 0) return null;
      return {
        action: 'proxy',
        destinations,
        simultaneous: data.simultaneous === true,
        remainInDialog: data.remainInDialog === true || data.recordRoute === true,
        followRedirects: data.followRedirects === true,
        provisionalTimeout: parseDuration(textOf(data.provisionalTimeout)),
        finalTimeout: parseDuration(textOf(data.finalTimeout)),
      };
    }
    default:
      return null;
  }
}
