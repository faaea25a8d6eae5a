import { expect, it } from 'vitest';
import type { Call } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import type { UntimedEventOf } from '../../../src/engine/untimed-event.js';
import { call, callerLeg, instant, leg, transfer } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const at = (port: number): string => `v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio ${port} RTP/AVP 8\r\n`;
const [OF_CALLER, OF_AGENT, OF_TARGET] = [at(4000), at(5000), at(6000)];
const HELD = `${OF_CALLER}a=sendonly\r\n`;

/** The target has answered; what is missing is that the caller learns of it. */
function switching(): Call {
  const caller = callerLeg('a-1', { remote: OF_CALLER, given: { from: 'a-2', sdp: OF_AGENT } });
  const target = leg('a-3', {
    member: 'police',
    role: 'target',
    remote: OF_TARGET,
    given: { from: 'a-1', sdp: OF_CALLER },
  });
  return call('a', {
    legs: { 'a-1': caller, 'a-3': target },
    legsMade: 3,
    phase: {
      name: 'switching',
      link: { a: 'a-1', b: 'a-3', rounds: 0 },
      transferor: null,
      transfer: transfer('a-t1', { mode: 'blind', targetLeg: 'a-3', answeredAt: instant(6) }),
      hunt: { stages: [], ringing: [], waiting: null, lastStatus: null, lastCause: null },
      consultation: null,
    },
  });
}

it('offers of both sides that refuse each other again and again do not end a switch in one-way audio', () => {
  let now = switching();
  const happens = (event: UntimedEventOf<CallEvent['type']>): readonly Command[] => {
    const result = step(now, { ...event, at: instant(10) } as CallEvent, aRouting());
    now = result.call;
    return result.commands;
  };
  const offers = (commands: readonly Command[]) =>
    commands.flatMap((command) => (command.type === 'offer' ? [[command.leg, command.sdp]] : []));
  const refused = {
    type: 'offer-answered',
    leg: 'a-1',
    status: 491,
    reason: null,
    sdp: null,
    retry: true,
  } as const;
  const asks = (request: string) =>
    happens({ type: 'offered', leg: 'a-1', request, method: 'INVITE', sdp: HELD });
  const ofCaller = () => now.legs['a-1'];

  // Somebody has to see that an offer is missing: the target says something.
  const first = happens({ type: 'info', leg: 'a-3', request: 'info' });
  expect(offers(first)).toEqual([['a-1', OF_TARGET]]);
  for (let turn = 1; turn <= 6; turn++) {
    // The caller's phone has a re-INVITE of its own out, and says 491 to ours.
    happens(refused);
    const crossing = asks(`hold-${turn}`);
    expect(crossing).toContainEqual(
      expect.objectContaining({ type: 'respond', request: `hold-${turn}`, status: 491 }),
    );
    // Ours waits for its time, it is neither given up nor made again at once, to be refused in turn.
    expect(offers(crossing)).toEqual([]);
    expect(ofCaller()?.exchange).toMatchObject({ kind: 'glare-wait', from: 'a-3', attempt: turn });
    expect(now.phase).toMatchObject({ name: 'switching', link: { rounds: 1 } });
    expect(offers(happens({ type: 'timer', timer: 'glare:a-1' }))).toEqual([['a-1', OF_TARGET]]);
  }
  const done = happens({ ...refused, status: 200, sdp: OF_CALLER, retry: false });
  expect(now.phase.name).toBe('talking');
  expect(ofCaller()?.given).toEqual({ from: 'a-3', sdp: OF_TARGET });
  expect(done).toContainEqual(
    expect.objectContaining({
      type: 'write',
      record: expect.objectContaining({ kind: 'transfer', outcome: 'completed' }),
    }),
  );
});
