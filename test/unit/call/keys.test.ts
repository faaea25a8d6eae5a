import { beforeEach, describe, expect, it } from 'vitest';
import type { Call, KeyPress } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import type { UntimedEventOf } from '../../../src/engine/untimed-event.js';
import { call, callerLeg, instant, leg } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const sdp = 'v=0\r\n';
const given = (from: string) => ({ remote: sdp, given: { from, sdp: '' } });
let now: Call;

beforeEach(() => {
  now = call('a', { legs: { 'a-1': callerLeg('a-1', given('a-2')), 'a-2': leg('a-2', given('a-1')) } });
});

function happens(event: UntimedEventOf<'keyed' | 'timer'>, anchored = true): Command[] {
  const result = step(now, { ...event, at: instant(10) } as CallEvent, aRouting({ anchored }));
  now = result.call;
  return [...result.commands];
}

const byRtp = (legId: string, key: string, durationMs = 120): Command[] =>
  happens({ type: 'keyed', leg: legId, request: null, press: { key, durationMs } });

function byInfo(legId: string, key: string, anchored = true): Command[] {
  const press: KeyPress = { key, contentType: 'application/dtmf-relay', body: `Signal=${key}` };
  return happens({ type: 'keyed', leg: legId, request: `info-${key}`, press }, anchored);
}

const types = (commands: readonly Command[]): string[] => commands.map(({ type }) => type);

describe('keys of an agent by RTP', () => {
  it('are a code: the target is called, nobody is answered, nothing is sent on', () => {
    expect(types(byRtp('a-2', '*'))).toEqual(['start-timer']);
    const commands = types(byRtp('a-2', '2'));
    expect(commands).toContain('invite');
    expect(commands).not.toContain('respond');
    expect(commands).not.toContain('send-keys');
    expect(now.phase).toMatchObject({
      name: 'transferring',
      transferor: 'a-2',
      transfer: { trigger: 'key' },
    });
  });

  it('are sent to the other party in their order, as keys of the one who pressed them', () => {
    expect(byRtp('a-2', '5', 90)).toEqual([
      { type: 'send-keys', leg: 'a-1', from: 'a-2', presses: [{ key: '5', durationMs: 90 }] },
    ]);
    byRtp('a-2', '*', 100);
    expect(byRtp('a-2', '7', 200).find(({ type }) => type === 'send-keys')).toEqual({
      type: 'send-keys',
      leg: 'a-1',
      from: 'a-2',
      presses: [
        { key: '*', durationMs: 100 },
        { key: '7', durationMs: 200 },
      ],
    });
    expect(now.keys).toBeNull();
  });

  it('are nobody’s when the leg has ended', () => {
    now = {
      ...now,
      legs: { ...now.legs, 'a-2': leg('a-2', { state: 'leaving', leave: { cause: 'limit', by: 'bye' } }) },
    };
    expect(byRtp('a-2', '5')).toEqual([]);
  });
});

describe('a code that is pressed too slowly', () => {
  const pause = () => happens({ type: 'timer', timer: 'keys' });
  const late = { type: 'start-timer', timer: 'keys', ms: 9000 };

  it('reaches the caller neither by its first half nor by its second, and does nothing', () => {
    byRtp('a-2', '*');
    expect(pause()).toEqual([late]);
    expect(byRtp('a-2', '2')).toEqual([late]);
    expect(now.phase.name).toBe('talking');
  });

  it('may be pressed again at once', () => {
    byRtp('a-2', '*');
    pause();
    byRtp('a-2', '*');
    expect(types(byRtp('a-2', '2'))).toContain('invite');
  });

  it('does not keep other keys from the caller, nor any key for long', () => {
    byRtp('a-2', '*');
    pause();
    expect(types(byRtp('a-2', '7'))).toEqual(['stop-timer', 'send-keys']);
    byRtp('a-2', '*');
    pause();
    expect(pause()).toEqual([]);
    expect(types(byRtp('a-2', '2'))).toEqual(['send-keys']);
  });

  it('is answered where it came by INFO', () => {
    expect(types(byInfo('a-2', '*'))).toEqual(['respond', 'start-timer']);
    pause();
    expect(types(byInfo('a-2', '2'))).toEqual(['respond', 'start-timer']);
  });

  it('reaches a desk, which may ask for a star', () => {
    now = call('a', {
      legs: { 'a-1': leg('a-1', given('a-2')), 'a-2': leg('a-2', given('a-1')) },
    });
    byRtp('a-2', '*');
    expect(pause()).toMatchObject([{ type: 'send-keys', leg: 'a-1', presses: [{ key: '*' }] }]);
  });
});

it('keys of a caller by RTP are left to the media server', () => {
  expect([...byRtp('a-1', '*'), ...byRtp('a-1', '2')]).toEqual([]);
  expect(now.phase.name).toBe('talking');
});

describe('keys in two ways', () => {
  it('of one phone count in the way of the first alone', () => {
    expect(types(byInfo('a-2', '*'))).toEqual(['respond', 'start-timer']);
    expect(byRtp('a-2', '*')).toEqual([]);
    expect(types(byInfo('a-2', '2'))).toContain('invite');
    expect(byRtp('a-2', '2')).toEqual([]);
  });

  it('by RTP first: an INFO is answered and goes nowhere', () => {
    byRtp('a-2', '5');
    expect(byInfo('a-2', '5')).toEqual([
      {
        type: 'respond',
        leg: 'a-2',
        request: 'info-5',
        status: 200,
        reason: null,
        code: null,
        sdp: null,
        from: null,
      },
    ]);
  });

  it('by INFO go on as INFO', () => {
    expect(types(byInfo('a-2', '5'))).toEqual(['forward']);
    byInfo('a-2', '*');
    const sent = byInfo('a-2', '7').find(({ type }) => type === 'send-keys');
    expect(sent).toMatchObject({
      leg: 'a-1',
      from: 'a-2',
      presses: [{ body: 'Signal=*' }, { body: 'Signal=7' }],
    });
  });
});

it('where media is direct nothing is kept of the way', () => {
  byInfo('a-2', '5', false);
  expect(now.legs['a-2']?.keysBy).toBeNull();
});

it('the keys of those who may transfer are kept from whom they are joined with', () => {
  now = call('a', { legs: { 'a-1': callerLeg('a-1', given('a-9')), 'a-2': leg('a-2', given('a-1')) } });
  const join = byRtp('a-1', '1').find(({ type }) => type === 'join');
  expect(join).toEqual({ type: 'join', a: 'a-1', b: 'a-2', keysKept: ['a-2'] });
});
