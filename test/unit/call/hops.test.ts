import { describe, expect, it } from 'vitest';
import { begin } from '../../../src/call/begin.js';
import { isQueue } from '../../../src/call/candidate.js';
import type { Command, CommandOf } from '../../../src/call/command.js';
import type { CallEventOf } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import { call, instant } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const invited: CallEventOf<'invited'> = {
  type: 'invited',
  at: instant(1),
  callId: 'a',
  planVersion: 'v',
  dialled: '110',
  member: 'police',
  callerNumber: '13800000000',
  callerName: null,
  refuse: null,
  maxForwards: 70,
  trunk: 'line',
  callerMember: null,
  agent: null,
  carried: { headers: {}, bodies: [] },
  peer: '10.9.0.1:5060/udp',
  sipCallId: 'x',
  offer: 'v=0\r\n',
  allowsUpdate: false,
};
const arriving = (maxForwards: number) => begin({ ...invited, maxForwards }, aRouting()).commands;
const invites = (commands: readonly Command[]): CommandOf<'invite'>[] =>
  commands.filter((c) => c.type === 'invite');
const hopsOf = (commands: readonly Command[]): number[] =>
  invites(commands).map(({ context }) => context.maxForwards);

describe('hops', () => {
  it('are one less for the desk than the caller’s INVITE had left', () => {
    expect([70, 255, 1].map((hops) => hopsOf(arriving(hops)))).toEqual([[69], [254], [0]]);
  });

  it('that are used up: the call goes nowhere, is refused with 483, and nobody is owed a call back', () => {
    const commands = arriving(0);
    expect(invites(commands)).toEqual([]);
    expect(commands).toContainEqual({ type: 'reject', leg: 'a-1', status: 483, cause: 'too-many-hops' });
    const records = commands.flatMap((c) => (c.type === 'write' ? [c.record] : []));
    expect(records).toMatchObject([
      { kind: 'leg', id: 'a-1', sipStatus: 483 },
      { kind: 'call', outcome: 'refused', cause: 'too-many-hops', missed: false },
    ]);
  });

  it('are the caller’s for a transfer, too, however many targets there were before', () => {
    const transfer = {
      type: 'transfer-requested',
      at: instant(9),
      trigger: 'api',
      mode: 'blind',
      to: '110',
      matter: null,
      note: null,
      transferor: null,
    } as const;
    const result = step(call('a', { maxForwards: 12, hops: 5 }), transfer, aRouting());
    expect(hopsOf(result.commands)).toEqual([12]);
  });

  it('of the caller between members end, also towards an emergency member: two phones that transfer by themselves', () => {
    const refer = (hops: number) => {
      const event = {
        type: 'referred',
        at: instant(9),
        leg: 'a-2',
        request: 'r',
        cseq: 2,
        referredBy: null,
        referTo: { ok: true, address: '110' },
        subscribes: true,
      } as const;
      return step(call('a', { hops }), event, aRouting()).commands;
    };
    expect(refer(69)).toContainEqual(expect.objectContaining({ type: 'respond', status: 202 }));
    expect(refer(70)).toContainEqual(
      expect.objectContaining({ type: 'respond', status: 403, code: 'hop-limit' }),
    );
  });

  it('are few after a desk has said that the call goes in a circle', () => {
    const { call: now } = begin(invited, {
      ...aRouting(),
      stages: () => ['9001', '9002'].map((number) => [[aDesk(number)]]),
    });
    const failed = { type: 'failed', at: instant(2), leg: 'a-2', reason: null, reached: true } as const;
    const afterStatus = (status: number) => hopsOf(step(now, { ...failed, status }, aRouting()).commands);
    expect(afterStatus(486)).toEqual([69]);
    expect(afterStatus(483)).toEqual([3]);
  });
});

function aDesk(number: string) {
  const [stage] = aRouting().stages('police', null);
  const desk = stage === undefined || isQueue(stage) ? undefined : stage[0]?.[0];
  if (desk === undefined) throw new Error('the member has a desk');
  return { ...desk, number };
}
