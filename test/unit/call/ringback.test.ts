import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import type { RoutingLimits } from '../../../src/call/routing.js';
import { step } from '../../../src/call/step.js';
import { call, callerLeg, instant, leg, transfer } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const sdp = 'v=0\r\n';
const plays: CallEvent = { type: 'provisional', at: instant(9), leg: 'a-3', status: 183, sdp };

/** The caller's target `a-3` is called, and others at once with it; the agent `a-2` is there, or not any more. */
function calling(agentIsThere: boolean, ...others: readonly string[]): Call {
  const ringing = ['a-3', ...others].map((id) => ({ leg: id, ways: [] }));
  const called = ringing.map(({ leg: id }) => [
    id,
    leg(id, { role: 'target', state: 'trying', answeredAt: null, given: { from: 'a-1', sdp: '' } }),
  ]);
  const agentState = agentIsThere ? 'answered' : 'ended';
  return call('a', {
    phase: {
      name: 'transferring',
      transferee: 'a-1',
      transferor: agentIsThere ? 'a-2' : null,
      transfer: transfer('a-t1', { mode: 'blind' }),
      hunt: { stages: [], ringing, waiting: null, lastStatus: null, lastCause: null },
      rounds: 0,
    },
    legs: {
      'a-1': callerLeg('a-1', { remote: sdp, given: { from: agentIsThere ? 'a-2' : null, sdp: '' } }),
      'a-2': leg('a-2', { state: agentState, remote: sdp, given: { from: 'a-1', sdp: '' } }),
      ...Object.fromEntries(called),
    },
  });
}

function happens(now: Call, event: CallEvent, limits: Partial<RoutingLimits> = {}) {
  return step(now, event, aRouting({ anchored: true, ringback: 'target', ...limits }));
}

const media = (commands: readonly Command[]): readonly Command[] =>
  commands.filter(({ type }) => type === 'join' || type === 'park');
const joined = { type: 'join', a: 'a-1', b: 'a-3', keysKept: ['a-3'] };

describe('what the target plays before it answers', () => {
  it('is heard by a caller whose agent has left, and told once', () => {
    const first = happens(calling(false), plays);
    expect(first.commands).toContainEqual({ type: 'heard', leg: 'a-3', sdp, as: 'answer' });
    expect(media(first.commands)).toEqual([joined]);
    expect(media(happens(first.call, plays).commands)).toEqual([]);
  });

  it('is heard from the moment in which the agent leaves', () => {
    const first = happens(calling(true), plays);
    expect(media(first.commands)).toEqual([]);
    const left: CallEvent = { type: 'hung-up', at: instant(10), leg: 'a-2', by: 'peer', reason: null };
    expect(media(happens(first.call, left).commands)).toEqual([joined]);
  });

  it('is not heard where the plan wants the prompt, media is direct, or several ring at once', () => {
    expect(media(happens(calling(false), plays, { ringback: 'prompt' }).commands)).toEqual([]);
    expect(media(happens(calling(false), plays, { anchored: false }).commands)).toEqual([]);
    expect(media(happens(calling(false, 'a-4'), plays).commands)).toEqual([]);
  });

  it('is heard when it is the last of several that rings, and the prompt when that fails', () => {
    const { call: now } = happens(calling(false, 'a-4'), plays);
    const failed = { type: 'failed', at: instant(10), status: 486, reason: null, reached: true } as const;
    const one = happens(now, { ...failed, leg: 'a-4' });
    expect(media(one.commands)).toEqual([joined]);
    const none = happens(one.call, { ...failed, leg: 'a-3' });
    expect(media(none.commands)).toEqual([{ type: 'park', leg: 'a-1', play: 'back-to-agent' }]);
  });
});
