/** One moment of the model: the calls as the core has them, the wire as an observer sees it, and what may still happen. */

import { begin } from '../../../src/call/begin.js';
import { beginCallBack } from '../../../src/call/begin-call-back.js';
import type { Call, CallId } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent, CallEventOf } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import { checkEnd } from './ledger-rules.js';
import { candidate, type Layout, routingOf, sdpOf } from './plan.js';
import { checkRules } from './rules.js';
import type { Untimed } from './stepped.js';
import { newLeg, newWire, patchCall, patchLeg, Violation, type Wire } from './wire.js';
import { applyCommand, FORWARDS } from './wire-commands.js';

/** Things that may happen only so often in one history, which keeps the space finite. */
export const KINDS = [
  /** REFERs that are granted when nothing stands in their way; and odd ones. */
  'refer',
  'oddRefer',
  /** REFERs back to the member first called. */
  'back',
  /** Transfers by API; complete, cancel, toggle, conference; hang-up by an operator. */
  'api',
  'control',
  'hangUp',
  /** A desk's leg is put down by its desktop. */
  'putDown',
  /** Re-INVITEs of peers, with and without SDP. */
  'offer',
  'lateOffer',
  /** Offers of ours refused for glare, for good, or by a peer that has lost the dialog. */
  'glare',
  'refusal',
  'lost',
  /** Offers of ours that a peer answers with another port than before. */
  'fickle',
  /** The media server is lost, and another one has the call. */
  'mediaLost',
  'ring',
  /** Targets that play something before they answer. */
  'tone',
  'press',
  'info',
  'replace',
  /** A second call, of the agent to the target; and REFERs that join the two. */
  'second',
  'attended',
  /** Targets that no peer answers for; that do not even ring; that ring too long. */
  'unreachable',
  'silence',
  'noAnswer',
  /** Targets whose PBX has sent the call in a circle (483). */
  'looped',
  'huntOut',
  'limit',
  /** NOTIFYs refused or never answered. */
  'deaf',
  /** A member closes. */
  'close',
  /** A conference is cut off; and no other can begin. */
  'mixingLost',
  'mixerGone',
  /** A leg that we let go never says so. */
  'guard',
  /** Answers without any description. */
  'mute',
  /** Our 2xx is never acknowledged, or came too late. */
  'unacked',
  /** Requests that cross our BYE. */
  'crossing',
  /** Requests in an early dialog. */
  'early',
  /** The program is killed and started again. */
  'restart',
  /** The Call-ID of a leg becomes known. */
  'sent',
  /** Queues: somebody is named; the party is told; the queue gives up; news of a place that was left long ago. */
  'named',
  'news',
  'queueOut',
  'stale',
] as const;
export type Kind = (typeof KINDS)[number];

export type Left = Readonly<Partial<Record<Kind, number>>>;

/** A family of histories. */
export interface Budget {
  readonly name: string;
  readonly times: Left;
  readonly layout?: Partial<Layout>;
  /** The caller's INVITE comes without SDP: the offer is ours, the answer is in the ACK (RFC 3261 §13.2.1). */
  readonly lateOffer?: boolean;
  /** Peers allow UPDATE. */
  readonly updates?: boolean;
  /** The caller is an agent, too, of member `c`. */
  readonly agentCalls?: boolean;
  /** We call: an agent of member `a`, who has so many phones, then the citizen, by two ways. */
  readonly callsBack?: 'one phone' | 'two phones';
  /** Modes that the API and REFER may ask for; blind when not said. */
  readonly modes?: readonly ('blind' | 'consult' | 'alert' | 'conference')[];
}

/** One thing that may happen next: what it does on the wire, and the event that the core of call `to` sees. */
export interface Choice {
  readonly to: CallId;
  readonly event: Untimed | null;
  readonly costs: readonly Kind[];
  readonly act: ((wire: Wire) => void) | null;
  /** Member that closes. */
  readonly closes?: string;
}

export interface World {
  readonly calls: Readonly<Record<CallId, Call>>;
  readonly wire: Wire;
  readonly left: Left;
  /** Letters of the members that have closed. */
  readonly closed: string;
}

const AT = { utc: 0, mono: 0 };
const CARRIED = { headers: {}, bodies: [] };

export function layoutOf(budget: Budget): Layout {
  return {
    queues: '',
    stagesOfA: 1,
    desksOfB: 'one',
    limit: false,
    maxHops: 2,
    anchored: false,
    mixes: false,
    ...budget.layout,
  };
}

function invited(
  callId: CallId,
  dialled: string,
  from: { readonly member: string | null; readonly offer: boolean; readonly updates: boolean },
): Omit<CallEventOf<'invited'>, 'at'> {
  return {
    type: 'invited',
    callId,
    planVersion: 'v',
    dialled,
    member: dialled,
    refuse: null,
    callerNumber: '13800000000',
    callerName: null,
    trunk: 'city',
    callerMember: from.member,
    agent: from.member === null ? null : '13800000000',
    carried: CARRIED,
    peer: '127.0.0.1:5070/udp',
    sipCallId: 'x',
    offer: from.offer ? sdpOf(`${callId}-1`, 0, false) : null,
    allowsUpdate: from.updates,
    maxForwards: FORWARDS,
  };
}

/** The agent's call to the target, for an attended transfer. */
export function secondCall(budget: Budget): Choice {
  const updates = budget.updates === true;
  return {
    to: 'd',
    event: invited('d', 'b', { member: 'a', offer: true, updates }),
    costs: ['second'],
    act: null,
  };
}

const CALL_BACK: Omit<CallEventOf<'call-back-requested'>, 'at'> = {
  type: 'call-back-requested',
  callId: 'c',
  planVersion: 'v',
  member: 'a',
  callerNumber: '13800000000',
  missedCall: 'm',
  by: 'desk',
  phones: [[candidate('a')]],
  ways: [1, 2].map((way) => ({
    ...candidate('city', way),
    member: null,
    number: '13800000000',
    mayTransfer: false,
  })),
};

export function firstWorld(budget: Budget): World {
  const empty: World = { calls: {}, wire: newWire(), left: budget.times, closed: '' };
  if (budget.callsBack !== undefined) {
    const phones =
      budget.callsBack === 'two phones' ? [[candidate('a')], [candidate('a', 2)]] : CALL_BACK.phones;
    return take(empty, { to: 'c', event: { ...CALL_BACK, phones }, costs: [], act: null }, budget);
  }
  const member = budget.agentCalls === true ? 'c' : null;
  const from = { member, offer: budget.lateOffer !== true, updates: budget.updates === true };
  return take(empty, { to: 'c', event: invited('c', 'a', from), costs: [], act: null }, budget);
}

function spend(left: Left, costs: readonly Kind[]): Left {
  if (costs.length === 0) return left;
  const now: Partial<Record<Kind, number>> = { ...left };
  for (const kind of costs) now[kind] = (now[kind] ?? 0) - 1;
  return now;
}

/** The world after a choice. Throws a `Violation` when a rule is broken. */
export function take(world: World, choice: Choice, budget: Budget): World {
  const wire: Wire = { ...world.wire };
  const closed = choice.closes === undefined ? world.closed : world.closed + choice.closes;
  choice.act?.(wire);
  const moved = { wire, left: spend(world.left, choice.costs), closed };
  if (choice.event === null) return { ...moved, calls: world.calls };
  const { to, event } = choice;
  const routing = routingOf(layoutOf(budget), closed);
  const before = world.calls[to] ?? null;
  const { call, commands } = run(before, event, wire, routing);
  for (const command of commands) applyCommand(wire, to, command);
  const calls: Record<CallId, Call> = { ...world.calls, [to]: call };
  for (const command of commands) if (command.type === 'absorb') closeAbsorbed(calls, wire, command.call);
  if (before !== null)
    checkRules({ before, event, commands, after: call, wire, wireBefore: world.wire, routing });
  if (call.phase.name === 'ended') {
    checkEnd(wire, to, call.transfersAsked);
    delete calls[to];
    forgetLegs(wire, to);
  }
  return { ...moved, calls };
}

function run(
  before: Call | null,
  event: Untimed,
  wire: Wire,
  routing: ReturnType<typeof routingOf>,
): { call: Call; commands: readonly Command[] } {
  if (before !== null) return step(before, { ...event, at: AT } as CallEvent, routing);
  if (event.type === 'call-back-requested') {
    patchCall(wire, event.callId, { callBack: true });
    return beginCallBack({ ...event, at: AT }, routing);
  }
  if (event.type !== 'invited') throw new Violation(`${event.type} for a call that is not there`);
  patchCall(wire, event.callId, {});
  const caller = newLeg({
    call: event.callId,
    direction: 'in',
    member: event.callerMember,
    mayTransfer: event.callerMember !== null,
  });
  wire.legs = { ...wire.legs, [`${event.callId}-1`]: caller };
  if (event.offer === null) patchLeg(wire, `${event.callId}-1`, { answerDue: true });
  return begin({ ...event, at: AT }, routing);
}

/** Nothing of a call whose legs went over stays behind: legs, timers, requests, records. */
function closeAbsorbed(calls: Record<CallId, Call>, wire: Wire, absorbed: CallId): void {
  const call = calls[absorbed];
  if (call === undefined) throw new Violation(`call ${absorbed} is absorbed but is not there`);
  checkEnd(wire, absorbed, call.transfersAsked);
  delete calls[absorbed];
  forgetLegs(wire, absorbed);
}

/** What a call that is over had on the wire is checked and need not be carried along. */
function forgetLegs(wire: Wire, call: CallId): void {
  wire.legs = Object.fromEntries(Object.entries(wire.legs).filter(([, leg]) => leg.call !== call));
  wire.transfers = Object.fromEntries(
    Object.entries(wire.transfers).filter(([id]) => !id.startsWith(`${call}-`)),
  );
}

export function may({ left }: World, ...kinds: readonly Kind[]): boolean {
  return kinds.every((kind) => (left[kind] ?? 0) > 0);
}
