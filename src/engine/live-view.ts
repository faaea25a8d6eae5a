import type { Call, Leg, LegId, Phase, Transfer } from '../call/call.js';
import { callerLocation } from './caller-location.js';
import type { RaisedAlert } from './live-alerts.js';
import type {
  LiveAlert,
  LiveCall,
  LiveLeg,
  LiveMonitor,
  LiveRecording,
  LiveScreenPop,
  LiveTransfer,
} from './operations.js';

const PHASES: Readonly<Record<Phase['name'], LiveCall['phase']>> = {
  'calling-agent': 'calling-agent',
  'calling-back': 'calling-back',
  seeking: 'seeking',
  talking: 'talking',
  transferring: 'transferring',
  consulting: 'consulting',
  conferring: 'conferring',
  switching: 'switching',
  returning: 'returning',
  announcing: 'announcing',
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
    agent: leg.agent,
    trunk: leg.trunk,
    number: leg.numberCalled,
    sipCallId: leg.sipCallId,
    startedAt: leg.startedAt.utc,
    answeredAt: leg.answeredAt?.utc ?? null,
  };
}

type Progress = Pick<LiveTransfer, 'state' | 'transferorLeg' | 'targetLegs' | 'speaksWith' | 'heldLeg'>;

function progressOf(call: Call): (Progress & { readonly transfer: Transfer }) | null {
  const { phase } = call;
  switch (phase.name) {
    case 'transferring': {
      const { transfer, transferor, hunt } = phase;
      const targetLegs = hunt.ringing.map(({ leg }) => leg);
      const rings = targetLegs.some((leg) => call.legs[leg]?.state === 'ringing');
      const state = rings ? 'ringing' : 'calling';
      return { transfer, state, transferorLeg: transferor, targetLegs, speaksWith: null, heldLeg: null };
    }
    case 'consulting': {
      const { transfer, transferor, transferee, target, link } = phase;
      const speaksWith = link.b === target ? 'target' : 'transferee';
      const heldLeg: LegId = speaksWith === 'target' ? transferee : target;
      const targetLegs = [target];
      return { transfer, state: 'consulting', transferorLeg: transferor, targetLegs, speaksWith, heldLeg };
    }
    case 'conferring': {
      const { transfer, transferor: transferorLeg, target } = phase;
      const parties = { transferorLeg, targetLegs: [target], speaksWith: null, heldLeg: null };
      return { transfer, state: 'conferring', ...parties };
    }
    case 'switching': {
      const { transfer, transferor, link } = phase;
      if (transfer === null) return null;
      const state = 'switching';
      return {
        transfer,
        state,
        transferorLeg: transferor,
        targetLegs: [link.b],
        speaksWith: null,
        heldLeg: null,
      };
    }
    default:
      return null;
  }
}

function liveTransfer(call: Call): LiveTransfer | null {
  const found = progressOf(call);
  if (found === null) return null;
  const { transfer, ...progress } = found;
  const { id, trigger, mode, fromMember, toMember, requestedAt, matter, note } = transfer;
  return {
    id,
    trigger,
    mode,
    fromMember,
    fromAgent: transfer.transferor === null ? null : (call.legs[transfer.transferor]?.agent ?? null),
    toMember,
    requestedAt: requestedAt.utc,
    matter,
    note,
    ...progress,
  };
}

/** An alert with what its call knows of the caller. */
export function liveAlert(call: Call, raised: RaisedAlert): LiveAlert {
  return {
    ...raised,
    callId: call.id,
    callerNumber: call.callerNumber,
    firstDialled: call.dialled,
    location: callerLocation(call.carried),
  };
}

/** A call as operations see it; legs that are gone are left out. */
export function liveView(
  call: Call,
  alerts: readonly RaisedAlert[],
  recording: LiveRecording | null = null,
  monitor: LiveMonitor | null = null,
): LiveCall {
  return {
    id: call.id,
    phase: PHASES[call.phase.name],
    callerNumber: call.callerNumber,
    firstDialled: call.dialled,
    firstMember: call.member ?? '',
    currentMember: call.lastMember,
    visited: call.visited,
    startedAt: call.startedAt.utc,
    callBackOf: call.callBack?.of ?? null,
    legs: Object.values(call.legs)
      .filter((leg) => leg.state !== 'ended')
      .map(liveLeg),
    transfer: liveTransfer(call),
    alerts: alerts.map((raised) => liveAlert(call, raised)),
    recording,
    monitor,
  };
}

/** What the desk that gets the call is shown of it. */
export function screenPopView(
  call: Call,
  alerts: readonly RaisedAlert[],
  recording: LiveRecording | null = null,
): LiveScreenPop {
  return {
    call: liveView(call, alerts, recording),
    callerName: call.callerName,
    privacy: call.carried.headers.Privacy ?? null,
    location: callerLocation(call.carried),
  };
}
