import type { Candidate } from '../../call/candidate.js';
import type { Trunk } from '../../dialplan/plan.js';
import { NOTHING_CARRIED } from '../carried.js';
import { invitation } from '../invitation.js';
import type { OutgoingInvite } from '../signalling.js';

/** As the phone of a listener shows it. */
const DISPLAYED = 'Monitor';

export interface ListenerNaming {
  /** The call that is listened to, and what its caller dialled. */
  readonly callId: string;
  readonly dialled: string;
  readonly ownHost: string;
  formatNumber(number: string): string;
}

/** What the INVITE to the phone of a listener says: which hotline, and nothing of the caller. */
export function listenerInvitation(
  to: Candidate,
  trunk: Trunk | undefined,
  { callId, dialled, ownHost, formatNumber }: ListenerNaming,
): Omit<OutgoingInvite, 'sdp'> {
  const context = {
    callId,
    callerNumber: dialled,
    callerName: DISPLAYED,
    firstDialled: dialled,
    calledNumber: to.number,
    divertedFrom: null,
    diversion: null,
    transferId: null,
    referredBy: null,
    emergency: false,
    callBack: false,
    visited: [],
    matter: null,
    note: null,
    carried: NOTHING_CARRIED,
    maxForwards: 70,
  };
  const offer = { from: '', sdp: null };
  const parts = { ownHost, formatNumber: (_: Trunk | undefined, number: string) => formatNumber(number) };
  return invitation({ type: 'invite', leg: '', to, offer, context }, trunk, {
    ...parts,
    screenPopUrl: () => null,
  });
}
