/**
 * Calling somebody back whom nobody had answered: the agent's phones first, then the caller. Once both are there it is a
 * call like all others, whose caller happens to have been called.
 *
 * RFC 3725 calls this third party call control. Where media passes through a server each of the two has an offer of the
 * server's and nothing more is needed. Else we go by its flow III: the agent's phone is asked for an offer, and its ACK
 * says that nobody is there yet; the caller is called with that offer, as carriers want one in the INVITE; what the caller
 * says of itself reaches the agent by a re-INVITE, when it answers or before, so that the agent hears its network. Flow I
 * would keep the agent's phone waiting for an ACK for as long as the caller rings, flow IV has descriptions without media,
 * which telephones refuse.
 */
import { areJoined, heard, isAnchored, join, park, SERVERS_OWN } from './anchored.js';
import type { FailureCause, Hunt, Leg, LegId } from './call.js';
import type { Desks } from './candidate.js';
import { endCall } from './ending.js';
import { sendOffer } from './exchange.js';
import { callDesks, type HuntFor, huntOn, newHunt } from './hunt.js';
import { releaseLeg } from './legs.js';
import { calledBack } from './records.js';
import { answerOnHold, onHold } from './session-description.js';
import { isUp, type Work } from './work.js';

function agentHunt(hunt: Hunt): HuntFor {
  return { hunt, party: null, role: 'agent', transfer: null, wanted: null };
}

/** Begin with the phones of the agent. */
export function callAgent(w: Work, phones: Desks): void {
  const hunt = callDesks(w, agentHunt(newHunt([])), phones);
  if (hunt.ringing.length > 0) w.setPhase({ name: 'calling-agent', hunt });
  else giveUp(w, 'agent-unreachable');
}

function callerHunt(hunt: Hunt, agent: LegId): HuntFor {
  return { hunt, party: agent, role: 'caller', transfer: null, wanted: null };
}

/** The agent is there: call the caller. */
export function callCaller(w: Work, agent: LegId): void {
  const ways = w.call.callBack?.ways ?? [];
  callingOn(w, agent, callDesks(w, callerHunt(newHunt([]), agent), [ways]));
}

function callingOn(w: Work, agent: LegId, hunt: Hunt): void {
  const called = hunt.ringing.at(-1)?.leg;
  if (called === undefined) return giveUp(w, hunt.lastCause ?? 'unreachable');
  w.patch({ callerLeg: called, trunk: w.leg(called).trunk });
  w.setPhase({ name: 'calling-back', agent, hunt });
  letAgentHear(w);
}

/**
 * The agent hears what the caller's network plays, as soon as it does; through a media server our own ringing before
 * that. Without one the agent's phone is silent until then.
 */
export function letAgentHear(w: Work): void {
  const { phase } = w.call;
  if (phase.name !== 'calling-back') return;
  const agent = w.leg(phase.agent);
  const early = earlyMedia(w, phase.hunt);
  if (!isAnchored(w)) {
    if (early !== null) offerEarly(w, agent, early.leg.id, early.sdp);
  } else if (agent.remote === null) {
    // It has not said yet where it hears: its ACK will.
    return;
  } else if (early === null) {
    park(w, agent.id, 'ringing');
  } else {
    heard(w, early.leg.id, early.sdp, 'answer');
    if (!areJoined(agent, early.leg)) join(w, agent.id, early.leg.id);
  }
}

/** What the network of the caller plays before the caller answers. */
function earlyMedia(w: Work, { ringing: [only] }: Hunt): { readonly leg: Leg; readonly sdp: string } | null {
  const leg = only === undefined ? null : w.leg(only.leg);
  return leg === null || leg.remote === null ? null : { leg, sdp: leg.remote };
}

/** Best effort: what the caller answers with is compared with what the agent knows by then. */
function offerEarly(w: Work, agent: Leg, from: LegId, sdp: string): void {
  if (!isUp(agent) || agent.exchange !== null || agent.given?.sdp === sdp) return;
  sendOffer(w, agent.id, { sdp, from, relay: false, method: 'INVITE', attempt: 1 });
}

/**
 * Another phone of the agent's member, or the same page loaded anew, takes the place of the one that waits (RFC 3891).
 * The caller's phone rings on, and hears of it when it answers. Nobody is moved, so there is no transfer.
 */
export function takeOverCallBack(w: Work, taking: Leg, replaced: Leg): void {
  const { phase } = w.call;
  if (phase.name !== 'calling-back') return;
  const lateOffer = taking.remote === null;
  const given = firstHeard(w, taking, replaced, earlyMedia(w, phase.hunt));
  heard(w, taking.id, taking.remote, 'offer');
  w.emit({ type: 'answer', leg: taking.id, sdp: given.sdp, from: given.from ?? taking.id });
  w.patchLeg(taking.id, {
    state: 'answered',
    answeredAt: w.at,
    sipStatus: 200,
    given,
    exchange: lateOffer ? { kind: 'ack-awaited', offer: given.sdp, from: null } : null,
  });
  w.publish('leg-answered', { legId: taking.id }, { role: taking.role, member: taking.member });
  w.setPhase({ ...phase, agent: taking.id });
  letAgentHear(w);
  releaseLeg(w, replaced.id, 'replaced');
}

/** What a phone is answered with that takes the place of another while the caller rings. */
function firstHeard(
  w: Work,
  taking: Leg,
  replaced: Leg,
  early: { readonly leg: Leg; readonly sdp: string } | null,
): { readonly from: LegId | null; readonly sdp: string } {
  if (isAnchored(w)) return { from: null, sdp: SERVERS_OWN };
  if (taking.remote !== null && early !== null) return { from: early.leg.id, sdp: early.sdp };
  if (taking.remote !== null) return { from: null, sdp: answerOnHold(taking.remote, taking.remote) };
  // It wants an offer, and nobody is there to make one: what its predecessor heard of is all that we have.
  return { from: null, sdp: onHold(replaced.given?.sdp ?? replaced.remote ?? '') };
}

/** The caller has answered: from here on it is a call like all others. */
export function callerAnswered(w: Work, caller: Leg): void {
  const { phase } = w.call;
  if (phase.name !== 'calling-back') return;
  const { member, agent } = w.leg(phase.agent);
  w.patch({ answeredAt: w.at });
  const record = calledBack(w.call, w.at, agent);
  if (record !== null) w.emit({ type: 'write', record });
  w.arriveAt(member);
  w.setPhase({ name: 'talking', link: { a: caller.id, b: phase.agent, rounds: 0 } });
}

/** A phone of the agent, or a way to the caller, has failed. */
export function callBackLost(w: Work, lost: LegId, cause: FailureCause, status: number): void {
  const { phase } = w.call;
  if (phase.name === 'calling-agent') {
    const next = huntOn(w, agentHunt(phase.hunt), lost, cause, status);
    if (next === null) giveUp(w, `agent-${cause}`);
    else w.setPhase({ ...phase, hunt: next });
  } else if (phase.name === 'calling-back') {
    const next = huntOn(w, callerHunt(phase.hunt, phase.agent), lost, cause, status);
    if (next === null) giveUp(w, cause);
    else callingOn(w, phase.agent, next);
  }
}

/** The caller was not reached, or nobody is there who could speak with them; the missed call waits on. */
function giveUp(w: Work, cause: string): void {
  endCall(w, { by: 'us', cause, missed: false, leave: 'all-targets-failed', status: 480 });
}

/** After a restart: an agent who is there still is given the caller, who has to be called anew. */
export function recoverCallBack(w: Work): void {
  const { phase } = w.call;
  if (phase.name === 'calling-agent') giveUp(w, 'restart');
  else if (phase.name === 'calling-back') callCaller(w, phase.agent);
}
