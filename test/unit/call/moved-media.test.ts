import { expect, it } from 'vitest';
import type { Call, Leg } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import { call, callerLeg, instant, leg, transfer } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const sdp = 'v=0\r\n';
let now: Call;

type Untimed = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

function happens(event: Untimed): readonly Command[] {
  const result = step(now, { ...event, at: instant(10) } as CallEvent, aRouting({ anchored: true }));
  now = result.call;
  return result.commands;
}

/** Legs that are told where their media is now. */
const told = (commands: readonly Command[]): string[] =>
  commands.flatMap((command) => (command.type === 'offer' ? [command.leg] : []));
const moved: Untimed = { type: 'media-remade', legs: ['a-1', 'a-2'] };
const answeredOffer = { type: 'offer-answered', status: 200, reason: null, sdp, retry: false } as const;

/** What a leg is being asked. */
const exchange = {
  kind: 'offered',
  sdp: '',
  from: 'a-1',
  relay: false,
  method: 'INVITE',
  attempt: 1,
} as const;
const waiting = { ...exchange, kind: 'glare-wait' } as const;

function talking(agent: Partial<Leg> = {}): void {
  now = call('a', {
    answeredAt: instant(2),
    phase: { name: 'talking', link: { a: 'a-1', b: 'a-2', rounds: 0 } },
    legs: {
      'a-1': callerLeg('a-1', { acked: true, remote: sdp, given: { from: 'a-2', sdp: '' } }),
      'a-2': leg('a-2', { acked: true, remote: sdp, given: { from: 'a-1', sdp: '' }, ...agent }),
    },
  });
}

it('both parties are told at once, and once', () => {
  talking();
  expect(told(happens(moved))).toEqual(['a-1', 'a-2']);
  expect(told(happens({ ...answeredOffer, leg: 'a-1' }))).toEqual([]);
  expect(told(happens({ ...answeredOffer, leg: 'a-2' }))).toEqual([]);
});

it('a party that is in an exchange is told when that is over', () => {
  talking({ exchange });
  expect(told(happens(moved))).toEqual(['a-1']);
  expect(told(happens({ ...answeredOffer, leg: 'a-2' }))).toEqual(['a-2']);
  expect(told(happens({ ...answeredOffer, leg: 'a-2' }))).toEqual([]);
});

it('a party of another call that just joined, whose first offer is on its way, is told after that', () => {
  talking({ given: null, exchange });
  expect(told(happens(moved))).toEqual(['a-1']);
  expect(told(happens({ ...answeredOffer, leg: 'a-2' }))).toEqual(['a-2']);
  expect(told(happens({ ...answeredOffer, leg: 'a-2' }))).toEqual([]);
});

it('a party whose offer waits after glare is told all the same when it is about somebody else by now', () => {
  talking({ exchange: { ...waiting, from: 'a-3' } });
  expect(told(happens({ type: 'timer', timer: 'glare:a-2' }))).toEqual(['a-2']);
  expect(told(happens({ ...answeredOffer, leg: 'a-2' }))).toEqual([]);
});

it('a party whose offer waits after glare is told all the same when its partner leaves', () => {
  now = call('a', {
    phase: {
      name: 'transferring',
      transferor: 'a-2',
      transferee: 'a-1',
      rounds: 0,
      transfer: transfer('a-t1', { mode: 'blind', targetLeg: 'a-3' }),
      hunt: {
        stages: [],
        ringing: [{ leg: 'a-3', ways: [] }],
        lastStatus: null,
        lastCause: null,
        waiting: null,
      },
    },
    legs: {
      'a-1': callerLeg('a-1', {
        remote: sdp,
        given: { from: 'a-2', sdp: '' },
        exchange: { ...waiting, from: 'a-2' },
      }),
      'a-2': leg('a-2', { remote: sdp, given: { from: 'a-1', sdp: '' } }),
      'a-3': leg('a-3', { role: 'target', state: 'ringing', answeredAt: null, acked: false }),
    },
  });
  const commands = happens({ type: 'hung-up', leg: 'a-2', by: 'peer', reason: null });
  expect(commands).toContainEqual({ type: 'stop-timer', timer: 'glare:a-1' });
  expect(told(commands)).toEqual(['a-1']);
});

it('a party whose ACK is not in is told after it', () => {
  talking({ acked: false, direction: 'in' });
  expect(told(happens(moved))).toEqual(['a-1']);
  expect(told(happens({ type: 'acked', leg: 'a-2', sdp: null }))).toEqual(['a-2']);
});

it('a party that offers something itself meanwhile learns it from the answer', () => {
  talking({ exchange: waiting });
  happens(moved);
  const offered = { type: 'offered', leg: 'a-2', request: 'r', method: 'INVITE', sdp } as const;
  expect(told(happens(offered))).toEqual([]);
  expect(now.legs['a-2']?.mediaMoved).toBe(false);
});

it('a desk that rings is told once it has answered; the caller, who was told nothing yet, gets no offer', () => {
  now = call('a', {
    answeredAt: null,
    phase: {
      name: 'seeking',
      caller: 'a-1',
      hunt: {
        stages: [],
        ringing: [{ leg: 'a-2', ways: [] }],
        lastStatus: null,
        lastCause: null,
        waiting: null,
      },
    },
    legs: {
      'a-1': callerLeg('a-1', { state: 'ringing', acked: false, answeredAt: null, remote: sdp, given: null }),
      'a-2': leg('a-2', { state: 'ringing', answeredAt: null, given: { from: 'a-1', sdp: '' } }),
    },
  });
  expect(told(happens(moved))).toEqual([]);
  const commands = happens({ type: 'answered', leg: 'a-2', sdp, allowsUpdate: false, agent: null });
  expect(told(commands)).toEqual(['a-2']);
  const types = commands.map(({ type }) => type);
  expect(types.indexOf('ack')).toBeLessThan(types.indexOf('offer'));
  expect(told(happens({ type: 'acked', leg: 'a-1', sdp: null }))).toEqual([]);
});
