import type { Call, Leg, Phase } from '../call/call.js';
import type { LiveCall, LiveLeg, LiveTransfer } from './operations.js';

const PHASES: Readonly<Record<Phase['name'], LiveCall['phase']>> = {
  seeking: 'seeking',
  talking: 'talking',
  transferring: 'transferring',
  switching: 'switching',
  returning: 'returning',
  ending: 'ending',
  ended: 'ending',
};

function liveLeg(leg: Leg): LiveLeg {
  return {
    id: leg.id,
    role: leg.role,
    direction: leg.direction,
    state: leg.state === 'leaving' || leg.state === 'ended' ? 'ending' : leg.state,
    member: leg.member,
    trunk: leg.trunk,
    number: leg.numberCalled,
    sipCallId: leg.sipCallId,
    startedAt: leg.startedAt.utc,
    answeredAt: leg.answeredAt?.utc ?? null,
  };
}

function liveTransfer(call: Call): LiveTransfer | null {
  const { phase } = call;
  if ((phase.name !== 'transferring' && phase.name !== 'switching') || phase.transfer === null) return null;
  const { id, trigger, mode, fromMember, toMember, requestedAt, targetLeg } = phase.transfer;
  const ringing = targetLeg !== null && call.legs[targetLeg]?.state === 'ringing';
  return {
    id,
    trigger,
    mode,
    fromMember,
    toMember,
    state: phase.name === 'switching' ? 'switching' : ringing ? 'ringing' : 'calling',
    requestedAt: requestedAt.utc,
  };
}

/** A call as operations see it; legs that are gone are left out. */
export function liveView(call: Call): LiveCall {
  return {
    id: call.id,
    phase: PHASES[call.phase.name],
    callerNumber: call.callerNumber,
    firstMember: call.member ?? '',
    currentMember: call.lastMember,
    startedAt: call.startedAt.utc,
    legs: Object.values(call.legs)
      .filter((leg) => leg.state !== 'ended')
      .map(liveLeg),
    transfer: liveTransfer(call),
  };
}
