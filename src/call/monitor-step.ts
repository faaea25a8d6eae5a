/**
 * `stepMonitor(monitor, event)` gives the monitor as it is after the event, and what is to be done. Pure, as the core
 * of calls is; no command of it is about a leg of the call that is listened to.
 */
import type { EndedBy, Instant, Leg } from './call.js';
import type { Candidate } from './candidate.js';
import {
  MONITOR_ROLE,
  type Monitor,
  type MonitorEnd,
  type MonitorEvent,
  type MonitorReply,
  type MonitorStep,
} from './monitor.js';
import {
  changed,
  Draft,
  ended,
  isGone,
  refuseChange,
  release,
  respond,
  stop,
  stopTimers,
} from './monitor-work.js';
import { earlier, maybeEarlier } from './recover.js';

type EventOf<T extends MonitorEvent['type']> = Extract<MonitorEvent, { type: T }>;

export interface MonitorAsked extends Pick<Monitor, 'id' | 'callId' | 'callerNumber' | 'by' | 'listener'> {
  readonly at: Instant;
  readonly to: Candidate;
  /** How long the phone may not even ring; milliseconds. */
  readonly noResponseMs: number;
}

/** Somebody is to listen: the listener's phone is called. */
export function beginMonitor({ at, to, noResponseMs, ...asked }: MonitorAsked): MonitorStep {
  const leg = legTo(`${asked.id}-1`, to, at);
  const d = new Draft(
    { ...asked, leg, ear: 'none', mode: 'listen', changing: null, changes: 0, end: null },
    at,
  );
  const { by, listener } = asked;
  d.audit('monitor-started', by, 'started', listener);
  d.emit({ type: 'invite', leg: leg.id, to });
  d.emit({ type: 'start-timer', timer: `silent:${leg.id}`, ms: noResponseMs });
  d.emit({ type: 'start-timer', timer: `ring:${leg.id}`, ms: to.ringSeconds * 1000 });
  d.emit({ type: 'publish', event: 'monitor-started', detail: { by, listener } });
  return { monitor: d.monitor, commands: d.commands };
}

export function stepMonitor(monitor: Monitor, event: MonitorEvent): MonitorStep {
  const d = new Draft(monitor, event.at);
  if ('leg' in event && event.leg !== monitor.leg.id)
    d.emit({ type: 'unexpected', event: event.type, why: 'the monitor has no such leg' });
  else if (monitor.leg.state !== 'ended') apply(d, event);
  return { monitor: d.monitor, commands: d.commands };
}

function apply(d: Draft, event: MonitorEvent): void {
  switch (event.type) {
    case 'sent':
      return d.patchLeg({ sipCallId: event.sipCallId });
    case 'provisional':
      return provisional(d);
    case 'answered':
      return answered(d, event);
    case 'failed':
      return failed(d, event);
    case 'hung-up':
      return ended(d, d.leg.state === 'leaving' ? 'us' : leftBy(event.by), event.reason, 'hung-up');
    case 'bye-answered':
      return d.leg.state === 'leaving' ? ended(d, 'us', null, 'hung-up') : undefined;
    case 'offered':
      return offered(d, event);
    case 'acked':
      return acked(d, event);
    case 'steered':
      return respond(d, event.request, isGone(d.leg) ? 481 : event.status);
    case 'ear-opened':
      return event.callId === d.monitor.callId ? earOpened(d, event.ok) : undefined;
    case 'mode-asked':
      return modeAsked(d, event);
    case 'mode-set':
      return event.callId === d.monitor.callId ? modeSet(d, event.failure) : undefined;
    case 'mode-reset':
      return modeReset(d);
    case 'media-lost':
      return stop(d, 'media-lost', 'onekey');
    case 'stop-asked':
      return stop(d, 'request', event.by);
    case 'call-over':
      return stop(d, 'call-ended', 'onekey');
    case 'call-joined':
      return callJoined(d, event.into);
    case 'recovered':
      return recovered(d);
    case 'timer':
      return timerFired(d, event);
    default:
      return assertNever(event);
  }
}

function assertNever(event: never): never {
  throw new TypeError(`unknown event ${JSON.stringify(event)}`);
}

function leftBy(by: 'peer' | 'stack'): EndedBy {
  return by === 'stack' ? 'network' : 'monitor';
}

function provisional(d: Draft): void {
  // One that was given up before has rung all the same: its CANCEL had to wait for this (RFC 3261 §9.1).
  const { state, answeredAt, ringingAt } = d.leg;
  if (state === 'leaving' && answeredAt === null) return d.patchLeg({ ringingAt: ringingAt ?? d.at });
  if (state !== 'trying') return;
  d.emit({ type: 'stop-timer', timer: `silent:${d.leg.id}` });
  d.patchLeg({ state: 'ringing', ringingAt: d.at });
}

function answered(d: Draft, { leg, sdp, agent }: EventOf<'answered'>): void {
  if (d.leg.state === 'answered') return d.emit({ type: 'unexpected', event: 'answered', why: 'twice' });
  const late = d.leg.state === 'leaving';
  stopTimers(d);
  d.emit({ type: 'ack', leg, sdp: null, from: null });
  d.patchLeg({ state: 'answered', answeredAt: d.at, sipStatus: 200, agent: agent ?? d.leg.agent });
  // It crossed our CANCEL, or brought nothing that could be answered.
  if (late) return release(d, d.leg.leave?.cause ?? 'refused');
  if (sdp === null) return stop(d, 'media-lost', 'onekey');
  d.patchLeg({ remote: sdp });
  d.emit({ type: 'heard', leg, sdp, as: 'answer' });
  openEar(d);
}

function openEar(d: Draft): void {
  d.patch({ ear: 'opening' });
  d.emit({ type: 'open-ear', callId: d.monitor.callId, leg: d.leg.id });
}

function failed(d: Draft, { status, reason, reached }: EventOf<'failed'>): void {
  if (d.leg.state === 'answered') return;
  const leaving = d.leg.state === 'leaving';
  d.patchLeg({ sipStatus: reached ? status : null });
  ended(d, leaving ? 'us' : reached ? 'monitor' : 'network', reason, causeOf(status, reached));
}

function causeOf(status: number, reached: boolean): MonitorEnd {
  if (!reached) return 'unreachable';
  if (status === 486 || status === 600) return 'busy';
  return status === 408 || status === 480 ? 'no-answer' : 'rejected';
}

function offered(d: Draft, { leg, request, sdp }: EventOf<'offered'>): void {
  if (d.leg.state !== 'answered') return respond(d, request, 481);
  if (d.leg.exchange !== null) return respond(d, request, 491);
  if (sdp !== null) {
    d.emit({ type: 'heard', leg, sdp, as: 'offer' });
    d.patchLeg({ remote: sdp, remoteOffered: true });
  } else {
    d.patchLeg({ exchange: { kind: 'ack-awaited', offer: '', from: null } });
  }
  d.emit({ type: 'respond', leg, request, status: 200, describe: true });
}

function acked(d: Draft, { leg, sdp }: EventOf<'acked'>): void {
  if (d.leg.exchange === null) return;
  d.patchLeg({ exchange: null });
  if (sdp !== null && d.leg.state === 'answered') d.emit({ type: 'heard', leg, sdp, as: 'answer' });
}

function earOpened(d: Draft, ok: boolean): void {
  if (d.monitor.ear !== 'opening') return;
  if (!ok) return stop(d, 'media-lost', 'onekey');
  d.patch({ ear: 'open' });
  d.emit({ type: 'publish', event: 'monitor-changed', detail: { mode: d.monitor.mode } });
}

function modeAsked(d: Draft, { mode, by, ticket }: EventOf<'mode-asked'>): void {
  const { ear, changing, callId } = d.monitor;
  const refuse = (code: 'not-listening' | 'mode-pending', message: string): void =>
    d.emit({ type: 'reply', ticket, result: { ok: false, code, message } });
  if (ear !== 'open') return refuse('not-listening', 'The listener has not answered yet, or is leaving');
  if (changing !== null) return refuse('mode-pending', `The mode is being changed to ${changing.to}`);
  d.patch({ changing: { to: mode, by, ticket } });
  d.emit({ type: 'set-mode', callId, mode });
}

function modeSet(d: Draft, failure: EventOf<'mode-set'>['failure']): void {
  const { changing } = d.monitor;
  if (changing === null) return;
  d.patch({ changing: null });
  changed(d, failure === null ? changing.to : 'listen', changing.by);
  const result = failure === null ? ({ ok: true } as const) : refusal(failure);
  d.emit({ type: 'reply', ticket: changing.ticket, result });
}

function refusal(code: 'not-talking' | 'mode-unavailable'): MonitorReply {
  const message =
    code === 'not-talking'
      ? 'The caller must be talking with one agent, and with nobody else'
      : 'Media could not do it, or the parties were moved meanwhile';
  return { ok: false, code, message };
}

function modeReset(d: Draft): void {
  // While a mode is asked for, the answer to that tells.
  if (d.monitor.changing === null) changed(d, 'listen', 'onekey');
}

function callJoined(d: Draft, into: string): void {
  const { ear, callId } = d.monitor;
  if (isGone(d.leg)) return d.patch({ callId: into });
  if (ear !== 'none') d.emit({ type: 'close-ear', callId });
  refuseChange(d);
  changed(d, 'listen', 'onekey');
  d.patch({ callId: into });
  if (ear !== 'none') openEar(d);
}

/** Nobody goes on listening unasked: the phone is let go. */
function recovered(d: Draft): void {
  const { startedAt, ringingAt, answeredAt } = d.leg;
  d.patchLeg({
    startedAt: earlier(startedAt),
    ringingAt: maybeEarlier(ringingAt),
    answeredAt: maybeEarlier(answeredAt),
  });
  const { leg } = d;
  d.patch({ ear: 'none', mode: 'listen', changing: null });
  if (d.monitor.end === null) d.patch({ end: { cause: 'restart', by: 'onekey' } });
  const answered = leg.state === 'answered' || leg.leave?.by === 'bye';
  // The server itself cancels INVITEs that nobody answered.
  if (!answered) return ended(d, 'crash', 'restart', 'restart');
  d.patchLeg({ state: 'answered' });
  release(d, leg.leave?.cause ?? 'operator');
}

function timerFired(d: Draft, { timer }: EventOf<'timer'>): void {
  const kind = timer.slice(0, timer.indexOf(':'));
  const { state } = d.leg;
  if (kind === 'guard') {
    if (state === 'leaving') ended(d, 'us', 'no answer from the peer', 'no-answer');
    return;
  }
  if (state !== 'trying' && state !== 'ringing') return;
  d.patch({ end: { cause: kind === 'ring' ? 'no-answer' : 'unreachable', by: 'onekey' } });
  release(d, kind === 'ring' ? 'ring-timeout' : 'no-response');
}

function legTo(id: string, to: Candidate, at: Instant): Leg {
  return {
    id,
    role: MONITOR_ROLE,
    direction: 'out',
    state: 'trying',
    member: to.member,
    trunk: to.trunk,
    peer: to.peer,
    // Whatever the phone of a listener asks for, the call is not moved.
    mayTransfer: false,
    numberDialled: to.number,
    numberCalled: to.number,
    agent: to.phone?.agent ?? null,
    sipCallId: null,
    transferId: null,
    startedAt: at,
    ringingAt: null,
    answeredAt: null,
    acked: true,
    leave: null,
    sipStatus: null,
    remote: null,
    remoteOffered: false,
    given: null,
    exchange: null,
    allowsUpdate: false,
    refers: 0,
    keysBy: null,
    mediaMoved: false,
  };
}
