import { ownText } from '../message/keep.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { parseNameAddr } from '../message/name-addr.js';
import { findParam } from '../message/params.js';
import { parseUri } from '../message/uri.js';

/** The state of a dialog, in the words of RFC 3261 §12. */
export interface DialogState {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Our From value in requests and our To value in responses, with its tag. */
  readonly local: string;
  /** The peer's From or To value, with its tag. */
  readonly remote: string;
  /** CSeq of the last request that we sent; 0 before the first. */
  readonly localSeq: number;
  /** CSeq of the last request that came; -1 before the first. */
  readonly remoteSeq: number;
  /** Route entries in the order in which they are sent. */
  readonly routeSet: readonly string[];
  /** URI of the peer's Contact. */
  readonly remoteTarget: string;
}

/** A URI as it may stand in a request line: without headers and the `method` parameter (RFC 3261 §19.1.1, Table 1). */
export function requestTarget(uri: string): string {
  const parsed = parseUri(uri);
  if (parsed === null) return uri;
  const bare = parsed.headers === '' ? uri.replace(/\?$/, '') : uri.slice(0, -parsed.headers.length - 1);
  if (findParam(parsed.params, 'method') === undefined) return bare;
  const kept = parsed.params.split(';').filter((param) => !/^\s*method\s*(=|$)/i.test(param));
  return `${bare.slice(0, bare.length - parsed.params.length)}${kept.join(';')}`;
}

/** URI of the first Contact as a target for requests; `null` when there is none. */
export function contactUri(message: SipRequest | SipResponse): string | null {
  const entry = message.list('Contact')[0];
  if (entry === undefined || entry === '*') return null;
  return requestTarget(parseNameAddr(entry).uri);
}

/** RFC 3261 §12.1.1: what the answering side makes of the request and its own response. */
export function uasDialogState(request: SipRequest, local: string, localTag: string): DialogState {
  return {
    callId: ownText(request.callId),
    localTag: ownText(localTag),
    remoteTag: ownText(request.fromTag),
    local: ownText(local),
    remote: ownText(request.headers.get('From') ?? ''),
    localSeq: 0,
    remoteSeq: request.cseq.number,
    routeSet: request.list('Record-Route').map(ownText),
    remoteTarget: ownText(contactUri(request) ?? parseNameAddr(request.headers.get('From') ?? '').uri),
  };
}

/** RFC 3261 §12.1.2: what the calling side makes of its request and the response. */
export function uacDialogState(request: SipRequest, response: SipResponse): DialogState {
  return {
    callId: ownText(request.callId),
    localTag: ownText(request.fromTag),
    remoteTag: ownText(response.toTag),
    local: ownText(request.headers.get('From') ?? ''),
    remote: ownText(response.headers.get('To') ?? ''),
    localSeq: request.cseq.number,
    remoteSeq: -1,
    routeSet: response.list('Record-Route').reverse().map(ownText),
    remoteTarget: ownText(contactUri(response) ?? request.uri),
  };
}

/** RFC 3261 §12.2.1.2 and §12.2.2: a 2xx to a target refresh request moves the remote target. */
export function refreshTarget(state: DialogState, message: SipRequest | SipResponse): DialogState {
  const uri = contactUri(message);
  return uri === null || uri === state.remoteTarget ? state : { ...state, remoteTarget: ownText(uri) };
}

/** Where an in-dialog request is addressed, and by which Route headers. */
export interface Addressing {
  readonly requestUri: string;
  readonly routes: readonly string[];
  /** URI of the hop that gets the request. */
  readonly nextHop: string;
}

/** Whether the URI of a Route entry names a loose router. */
export function isLoose(uri: string): boolean {
  const parsed = parseUri(uri);
  return parsed !== null && findParam(parsed.params, 'lr') !== undefined;
}

/** RFC 3261 §12.2.1.1: with a strict router first, its URI becomes the Request-URI and the target goes last. */
export function addressRequest(state: DialogState): Addressing {
  const first = state.routeSet[0];
  if (first === undefined) return { requestUri: state.remoteTarget, routes: [], nextHop: state.remoteTarget };
  const hop = parseNameAddr(first).uri;
  if (isLoose(hop)) return { requestUri: state.remoteTarget, routes: state.routeSet, nextHop: hop };
  const routes = [...state.routeSet.slice(1), `<${state.remoteTarget}>`];
  return { requestUri: requestTarget(hop), routes, nextHop: hop };
}
