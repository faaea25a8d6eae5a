import type { Call, Leg, Transfer } from '../../../src/call/call.js';

/** A moment of both clocks. */
export function instant(utc: number): { utc: number; mono: number } {
  return { utc, mono: utc };
}

export function leg(id: string, changes: Partial<Leg> = {}): Leg {
  return {
    id,
    role: 'agent',
    direction: 'out',
    state: 'answered',
    member: 'city',
    trunk: 'pbx-city',
    peer: '10.1.0.1:5060/udp',
    mayTransfer: true,
    numberDialled: '12345',
    numberCalled: '8001',
    agent: '8017',
    sipCallId: `${id}@onekey`,
    transferId: null,
    startedAt: instant(1),
    ringingAt: null,
    answeredAt: instant(2),
    acked: true,
    leave: null,
    sipStatus: 200,
    remote: null,
    remoteOffered: false,
    given: null,
    exchange: null,
    allowsUpdate: false,
    refers: 0,
    keysBy: null,
    mediaMoved: false,
    ...changes,
  };
}

export function callerLeg(id: string, changes: Partial<Leg> = {}): Leg {
  const citizen = { role: 'caller', direction: 'in', member: null, agent: null, mayTransfer: false } as const;
  return leg(id, { ...citizen, numberCalled: '12345', ...changes });
}

export function transfer(id: string, changes: Partial<Transfer> = {}): Transfer {
  return {
    id,
    trigger: 'api',
    mode: 'consult',
    fromMember: 'city',
    toMember: 'police',
    requestedTarget: '110',
    transferor: 'a-2',
    transferee: 'a-1',
    targetLeg: null,
    requestedAt: instant(5),
    answeredAt: null,
    referredBy: null,
    matter: 'water-07',
    note: 'since noon',
    ...changes,
  };
}

/** A caller `<id>-1` who talks with the agent `<id>-2`, unless the changes say otherwise. */
export function call(id: string, changes: Partial<Call> = {}): Call {
  return {
    id,
    planVersion: 'aaaaaaaaaaaa',
    startedAt: instant(1),
    answeredAt: instant(2),
    dialled: '12345',
    member: 'city',
    callerNumber: '13800001111',
    callerName: '李',
    callerLeg: `${id}-1`,
    trunk: 'line',
    lastMember: 'city',
    visited: ['city'],
    carried: { headers: {}, bodies: [] },
    maxForwards: 69,
    keys: null,
    callBack: null,
    phase: { name: 'talking', link: { a: `${id}-1`, b: `${id}-2`, rounds: 0 } },
    legs: { [`${id}-1`]: callerLeg(`${id}-1`), [`${id}-2`]: leg(`${id}-2`) },
    subscriptions: [],
    legsMade: 2,
    ticketsMade: 0,
    transfersAsked: 0,
    hops: 0,
    end: null,
    ...changes,
  };
}
