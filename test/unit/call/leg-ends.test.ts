import { describe, expect, it } from 'vitest';
import { begin } from '../../../src/call/begin.js';
import type { Call } from '../../../src/call/call.js';
import type { CallEvent, CallEventOf } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import { instant } from '../engine/call-values.js';
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

/** What is written of legs when these events come, one after the other. */
function legsAfter(...events: readonly CallEvent[]) {
  const records: object[] = [];
  let call: Call = begin(invited, aRouting()).call;
  for (const event of events) {
    const result = step(call, event, aRouting());
    call = result.call;
    for (const command of result.commands)
      if (command.type === 'write' && command.record.kind === 'leg') records.push(command.record);
  }
  return records;
}

const sdp = 'v=0\r\n';
const answered = {
  type: 'answered',
  at: instant(10),
  leg: 'a-2',
  sdp,
  allowsUpdate: false,
  agent: null,
} as const;
const acked = { type: 'acked', at: instant(11), leg: 'a-1', sdp: null } as const;
const hungUp = (leg: string, by: 'peer' | 'stack', at: number) =>
  ({ type: 'hung-up', at: instant(at), leg, by, reason: null }) as const;

describe('the record of a leg', () => {
  it('of a caller who gives up has the 487 that the INVITE was answered with', () => {
    expect(legsAfter(hungUp('a-1', 'peer', 5))).toMatchObject([
      { id: 'a-1', outcome: 'cancelled', endedBy: 'caller', sipStatus: 487, endedAt: instant(5).utc },
    ]);
  });

  it('has the 487 too where the answer came too late', () => {
    const late = { type: 'answer-failed', at: instant(11), leg: 'a-1' } as const;
    expect(legsAfter(answered, late)).toMatchObject([
      { id: 'a-1', outcome: 'cancelled', endedBy: 'caller', sipStatus: 487, answeredAt: null },
    ]);
  });

  it('has no status where the connection was lost before an answer', () => {
    expect(legsAfter(hungUp('a-1', 'stack', 5))).toMatchObject([
      { id: 'a-1', endedBy: 'network', sipStatus: null },
    ]);
  });

  it('says that an agent hung up who did so in the moment in which the caller did', () => {
    const legs = legsAfter(answered, acked, hungUp('a-1', 'peer', 20), hungUp('a-2', 'peer', 21));
    expect(legs).toMatchObject([
      { id: 'a-1', endedBy: 'caller', sipStatus: 200 },
      { id: 'a-2', endedBy: 'agent', outcome: 'answered', sipStatus: 200, reason: null },
    ]);
  });

  it('says that we did where the other party had left, and the phone answered our BYE or was gone', () => {
    const byeAnswered = { type: 'bye-answered', at: instant(22), leg: 'a-2' } as const;
    for (const end of [byeAnswered, hungUp('a-2', 'stack', 22)])
      expect(legsAfter(answered, acked, hungUp('a-1', 'peer', 20), end)).toMatchObject([
        { id: 'a-1', endedBy: 'caller' },
        { id: 'a-2', endedBy: 'us', reason: 'other-party-left' },
      ]);
  });

  it('of a desk that was given up has the time at which it rang all the same', () => {
    const ringing = { type: 'provisional', at: instant(7), leg: 'a-2', status: 180, sdp: null } as const;
    const terminated = {
      type: 'failed',
      at: instant(8),
      leg: 'a-2',
      status: 487,
      reason: null,
      reached: true,
    } as const;
    expect(legsAfter(hungUp('a-1', 'peer', 5), ringing, terminated)).toMatchObject([
      { id: 'a-1', endedBy: 'caller' },
      {
        id: 'a-2',
        outcome: 'cancelled',
        endedBy: 'us',
        sipStatus: 487,
        ringingAt: instant(7).utc,
        answeredAt: null,
      },
    ]);
  });

  it('of a desk that refused while it was given up says that the desk did, and of one that was cancelled that we did', () => {
    const failed = { type: 'failed', at: instant(8), leg: 'a-2', reason: null } as const;
    const ends = [
      { ...failed, status: 486, reached: true },
      { ...failed, status: 487, reached: true },
      { ...failed, status: 408, reached: false },
    ].map((end) => legsAfter(hungUp('a-1', 'peer', 5), end)[1]);
    expect(ends).toMatchObject([
      { id: 'a-2', outcome: 'cancelled', endedBy: 'agent', sipStatus: 486 },
      { id: 'a-2', outcome: 'cancelled', endedBy: 'us', sipStatus: 487 },
      { id: 'a-2', outcome: 'cancelled', endedBy: 'us', sipStatus: null },
    ]);
  });
});
