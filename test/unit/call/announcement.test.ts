import { beforeEach, describe, expect, it } from 'vitest';
import type { Call, Hunt } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import { newHunt } from '../../../src/call/hunt.js';
import { step } from '../../../src/call/step.js';
import { call, callerLeg, instant, leg } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const announcement = { prompt: 'call-back', maxMs: 30_000 };
const sdp = 'v=0\r\n';
let now: Call;

type Untimed = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

function happens(event: Untimed, limits = { anchored: true, announcement }): readonly Command[] {
  const result = step(now, { ...event, at: instant(10) } as CallEvent, aRouting(limits));
  now = result.call;
  return result.commands;
}

const types = (commands: readonly Command[]): string[] => commands.map(({ type }) => type);
const busy: Untimed = { type: 'failed', leg: 'a-2', status: 486, reason: null, reached: true };

/** The caller `a-1`, answered or not, for whom desk `a-2` rings as the last one. */
function lastDeskRings(caller: 'answered' | 'ringing', member: string | null = null): void {
  const answered = caller === 'answered';
  const hunt: Hunt = { ...newHunt([]), ringing: [{ leg: 'a-2', ways: [] }] };
  now = call('a', {
    answeredAt: answered ? instant(2) : null,
    phase: answered ? { name: 'returning', party: 'a-1', hunt } : { name: 'seeking', caller: 'a-1', hunt },
    legs: {
      'a-1': callerLeg('a-1', {
        member,
        state: caller,
        acked: answered,
        answeredAt: answered ? instant(2) : null,
        remote: sdp,
        remoteOffered: true,
        given: answered ? { from: null, sdp: '' } : null,
      }),
      'a-2': leg('a-2', { state: 'ringing', answeredAt: null }),
    },
  });
}

describe('an announcement at the end', () => {
  beforeEach(() => lastDeskRings('answered'));

  it('is played once to whom nobody can take, for as long as the plan allows', () => {
    const commands = happens(busy);
    expect(commands).toContainEqual({ type: 'announce', leg: 'a-1', play: 'call-back' });
    expect(commands).toContainEqual({ type: 'start-timer', timer: 'announcement', ms: 30_000 });
    expect(commands).toContainEqual({ type: 'stop-timer', timer: 'hunt' });
    expect(types(commands)).not.toContain('bye');
  });

  it('ends with the prompt, but not later than the plan says', () => {
    happens(busy);
    const timer = (ms: number) => ({ type: 'start-timer', timer: 'announcement', ms });
    expect(happens({ type: 'announcement-begun', leg: 'a-1', ms: 4000 })).toEqual([timer(4000)]);
    expect(happens({ type: 'announcement-begun', leg: 'a-1', ms: 90_000 })).toEqual([timer(30_000)]);
    const commands = happens({ type: 'timer', timer: 'announcement' });
    expect(commands).toContainEqual({ type: 'bye', leg: 'a-1', cause: 'all-targets-failed' });
    expect(now.end).toMatchObject({ by: 'us', cause: 'all-targets-failed', missed: true });
  });

  it('that cannot be played holds up nobody', () => {
    happens(busy);
    expect(types(happens({ type: 'announcement-begun', leg: 'a-1', ms: null }))).toContain('bye');
  });

  it('is left out where media is direct, and where the plan has none', () => {
    for (const limits of [
      { anchored: false, announcement },
      { anchored: true, announcement: null as never },
    ]) {
      lastDeskRings('answered');
      const commands = types(happens(busy, limits));
      expect(commands).toContain('bye');
      expect(commands).not.toContain('announce');
    }
  });

  it('says nothing to a caller who is with somebody by the time that it begins', () => {
    now = call('a');
    expect(happens({ type: 'announcement-begun', leg: 'a-1', ms: null })).toEqual([]);
  });

  it('is early media for a citizen who was not answered, who then hears why', () => {
    lastDeskRings('ringing');
    const commands = happens(busy);
    expect(commands).toContainEqual({ type: 'provisional', leg: 'a-1', status: 183, sdp: '', from: 'a-1' });
    expect(types(commands)).toContain('announce');
    const end = happens({ type: 'timer', timer: 'announcement' });
    expect(end).toContainEqual({ type: 'reject', leg: 'a-1', status: 486, cause: 'all-targets-failed' });
  });

  it('is not for PBXs, nor for calls that go in a circle: both are told by the status at once', () => {
    lastDeskRings('ringing', 'city');
    expect(types(happens(busy))).toContain('reject');
    lastDeskRings('ringing');
    expect(happens({ ...busy, status: 483 })).toContainEqual(
      expect.objectContaining({ type: 'reject', leg: 'a-1', status: 483 }),
    );
  });

  it('comes also when the caller has hunted too long, and the desks stop ringing', () => {
    const commands = happens({ type: 'timer', timer: 'hunt' });
    expect(commands).toContainEqual({ type: 'cancel', leg: 'a-2', cause: 'all-targets-failed' });
    expect(types(commands)).toContain('announce');
    happens({ type: 'timer', timer: 'announcement' });
    expect(now.end).toMatchObject({ cause: 'hunt-timeout', missed: true });
  });

  it('is no obstacle to an operator: the caller may be given to a member, and nobody is said to have done it', () => {
    happens(busy);
    const wish = { to: '110', matter: null, note: null, transferor: null } as const;
    const refused = happens({ type: 'transfer-requested', trigger: 'api', mode: 'consult', ...wish });
    expect(refused).toContainEqual(
      expect.objectContaining({ type: 'reply', result: expect.objectContaining({ code: 'not-talking' }) }),
    );
    expect(now.phase.name).toBe('announcing');
    const commands = types(happens({ type: 'transfer-requested', trigger: 'api', mode: 'blind', ...wish }));
    expect(commands).toEqual(expect.arrayContaining(['stop-timer', 'park', 'invite', 'reply']));
    expect(now.phase).toMatchObject({
      name: 'transferring',
      transferor: null,
      transfer: { transferor: null, fromMember: null, transferee: 'a-1' },
    });
  });
});
