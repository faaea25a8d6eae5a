import { startLine } from '../message/build.js';
import { Headers } from '../message/headers.js';
import { SipRequest } from '../message/message.js';
import { newBranch } from '../random.js';
import { type Listener, transportText } from '../transport/flow.js';
import type { Core } from './core.js';
import type { OutboundRequest } from './dialog.js';
import { hostPort } from './fill.js';
import type { Attempt, Hop, Route } from './hop.js';
import { flowTo } from './next-hop.js';

const keyOf = (hop: Hop): string => `${hop.destination.host} ${hop.destination.port}`;

/**
 * Every attempt for a request, in order: each place of the route, large requests first over TCP. `hidden`: the peer is
 * behind a NAT that has a way in for the transport of the route alone.
 */
export function attemptsFor(
  core: Core,
  request: SipRequest,
  route: Extract<Route, { ok: true }>,
  hidden: boolean,
): Attempt[] {
  const attempts: Attempt[] = [];
  const large = core.limits.udpRequestBytes > 0 && sizeOf(request) > core.limits.udpRequestBytes;
  for (const hop of [route, ...route.others]) {
    if (large && hop.flow === null && !hidden) {
      const stream = overTcp(core, hop);
      if (stream !== null) attempts.push(stream);
    }
    const { listener, destination, flow } = hop;
    attempts.push({ listener, destination, flow, enlarged: false });
  }
  return attempts;
}

/** RFC 3261 §18.1.1: TCP instead of UDP, unless that address lately refused it. */
function overTcp(core: Core, hop: Hop): Attempt | null {
  if (hop.destination.transport !== 'udp' || hop.destination.host === '') return null;
  const refused = core.streamRefusals.get(keyOf(hop));
  if (refused !== undefined && refused > core.clock.now()) return null;
  const connectMs = core.limits.largeRequestConnectMs;
  const destination = { ...hop.destination, transport: 'tcp' as const, connectMs };
  const listener = core.transport.select(destination, null);
  return listener === null ? null : { listener, destination, flow: null, enlarged: true };
}

/** How long an address that refused TCP is asked by UDP at once, ms. */
const REFUSAL_MS = 600_000;

/** Why an attempt came to nothing. */
export type Failure = 'timeout' | 'transport' | '503';

/** What is left to try when the first of these attempts has failed (RFC 3263 §4.3). */
export function attemptsLeft(core: Core, attempts: readonly Attempt[], failure: Failure): readonly Attempt[] {
  const [current, ...rest] = attempts;
  if (current?.enlarged !== true) return rest;
  if (failure !== 'transport') {
    // The same place over UDP answers no better than it did over TCP.
    rest.shift();
  } else core.streamRefusals.set(keyOf(current), core.clock.now() + REFUSAL_MS);
  return rest;
}

/** Turns to the next place; false when there is none, or the target is already at work. */
export function turnToNext(core: Core, outbound: OutboundRequest, failure: Failure): boolean {
  const left = attemptsLeft(core, outbound.attempts, failure);
  if (outbound.done || outbound.cancel !== null) return false;
  if (outbound.dialog !== null && outbound.dialog.early.size > 0 && outbound.request.toTag === '')
    return false;
  outbound.attempts = left;
  const [next] = left;
  if (next === undefined) return false;
  core.log.info({ callId: outbound.request.callId, failure, next: next.destination }, 'next target');
  outbound.request = forListener(outbound.request, next.listener);
  outbound.flow = flowTo(core, next);
  outbound.provisional = false;
  return true;
}

/** The request as a new transaction from `listener`: only its Via differs (RFC 3263 §4.3). */
export function forListener(request: SipRequest, listener: Listener): SipRequest {
  const headers = new Headers();
  for (let i = 0; i < request.headers.size; i++) {
    headers.add(request.headers.names[i] ?? '', request.headers.values[i] ?? '');
  }
  const via = `SIP/2.0/${transportText(listener)} ${hostPort(listener)};branch=${newBranch()};rport`;
  headers.set('Via', via);
  return new SipRequest(request.method, request.uri, headers, request.body);
}

/** Bytes on the wire; characters count as one byte, which is near enough for a limit. */
function sizeOf(request: SipRequest): number {
  const { names, values } = request.headers;
  let size = startLine(request).length + 24 + request.body.length;
  for (let i = 0; i < names.length; i++) size += (names[i]?.length ?? 0) + (values[i]?.length ?? 0) + 4;
  return size;
}
