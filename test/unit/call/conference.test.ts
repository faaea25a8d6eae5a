import { beforeEach, describe, expect, it } from 'vitest';
import type { Call, Transfer } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import { call, callerLeg, instant, leg } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

type Untimed = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

const sdp = 'v=0\r\n';
const parties = { transferee: 'a-1', transferor: 'a-2', target: 'a-3' };
let now: Call;
let mixes: boolean;

function happens(event: Untimed): readonly Command[] {
  const routing = { ...aRouting({ anchored: true }), canMix: () => mixes };
  const result = step(now, { ...event, at: instant(10) } as CallEvent, routing);
  now = result.call;
  return result.commands;
}

const asks = (action: 'conference' | 'toggle' | 'complete' | 'cancel') =>
  happens({ type: 'control-requested', action });

/** Agent `a-2` of the citizen `a-1` consults desk `a-3`. */
beforeEach(() => {
  mixes = true;
  const up = { state: 'answered', acked: true, remote: sdp } as const;
  const transfer: Transfer = {
    id: 't',
    trigger: 'api',
    mode: 'consult',
    fromMember: 'city',
    toMember: 'police',
    requestedTarget: '110',
    transferor: 'a-2',
    transferee: 'a-1',
    targetLeg: 'a-3',
    requestedAt: instant(1),
    answeredAt: instant(2),
    referredBy: null,
    matter: null,
    note: null,
  };
  now = call('a', {
    answeredAt: instant(2),
    phase: {
      name: 'consulting',
      ...parties,
      transfer,
      link: { a: 'a-2', b: 'a-3', rounds: 0 },
      holds: 0,
    },
    legs: {
      'a-1': callerLeg('a-1', { ...up, given: { from: null, sdp: '' } }),
      'a-2': leg('a-2', { ...up, mayTransfer: true, given: { from: 'a-3', sdp: '' } }),
      'a-3': leg('a-3', { ...up, role: 'target', mayTransfer: true, given: { from: 'a-2', sdp: '' } }),
    },
  });
});

const conferred = { type: 'confer', legs: ['a-1', 'a-2', 'a-3'], keysKept: ['a-2', 'a-3'] };
const joined = (a: string, b: string) => expect.objectContaining({ type: 'join', a, b });

describe('a conference', () => {
  it('is made of a consultation, once', () => {
    const commands = asks('conference');
    expect(commands).toContainEqual(conferred);
    expect(commands).toContainEqual({ type: 'reply', result: { ok: true, transferId: 't' } });
    expect(now.phase).toMatchObject({ name: 'conferring', ...parties, transfer: { mode: 'conference' } });
    expect(asks('conference')).toContainEqual(
      expect.objectContaining({ type: 'reply', result: expect.objectContaining({ code: 'no-transfer' }) }),
    );
  });

  it('needs a mixer', () => {
    mixes = false;
    expect(asks('conference')).toEqual([
      { type: 'reply', result: expect.objectContaining({ ok: false, code: 'mode-unavailable' }) },
    ]);
    expect(now.phase.name).toBe('consulting');
  });

  it('ends with an agent alone with the target, while the caller hears music', () => {
    asks('conference');
    const commands = asks('toggle');
    expect(commands).toContainEqual({ type: 'park', leg: 'a-1', play: 'music' });
    expect(commands).toContainEqual(joined('a-2', 'a-3'));
  });

  it('that loses its mixer leaves the caller with the agent and the target with music', () => {
    asks('conference');
    const commands = happens({ type: 'mixing-lost' });
    expect(commands).toContainEqual(joined('a-2', 'a-1'));
    expect(commands).toContainEqual({ type: 'park', leg: 'a-3', play: 'music' });
    expect(commands.map(({ type }) => type)).not.toContain('bye');
    expect(happens({ type: 'mixing-lost' })).toEqual([]);
  });

  it('that a restart cut off does the same', () => {
    asks('conference');
    const commands = happens({ type: 'recovered' });
    expect(commands).toContainEqual(joined('a-2', 'a-1'));
    expect(commands).toContainEqual({ type: 'park', leg: 'a-3', play: 'music' });
    expect(now.phase).toMatchObject({ name: 'consulting', link: { a: 'a-2', b: 'a-1' } });
    expect(commands.map(({ type }) => type)).not.toContain('bye');
  });

  it('keeps a leg from nobody that came from another call: it is offered a place first', () => {
    now = { ...now, legs: { ...now.legs, 'a-2': leg('a-2', { ...now.legs['a-2'], given: null }) } };
    const commands = asks('conference');
    expect(commands).toContainEqual(expect.objectContaining({ type: 'offer', leg: 'a-2', from: 'a-1' }));
    expect(commands).not.toContainEqual(conferred);
    const answered = { status: 200, reason: null, sdp, retry: false };
    expect(happens({ type: 'offer-answered', leg: 'a-2', ...answered })).toContainEqual(conferred);
  });
});
