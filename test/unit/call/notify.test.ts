import { expect, it } from 'vitest';
import type { Call } from '../../../src/call/call.js';
import type { Command } from '../../../src/call/command.js';
import type { CallEvent } from '../../../src/call/event.js';
import { step } from '../../../src/call/step.js';
import type { UntimedEventOf } from '../../../src/engine/untimed-event.js';
import { call, callerLeg, instant, leg } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const sdp = 'v=0\r\n';

/** Caller and agent talk; the agent's phone has sent a REFER, and the target answers. */
function referredAndAnswered() {
  let now: Call = call('a', {
    legs: {
      'a-1': callerLeg('a-1', { remote: sdp, given: { from: 'a-2', sdp } }),
      'a-2': leg('a-2', { remote: sdp, given: { from: 'a-1', sdp } }),
    },
  });
  const happens = (event: UntimedEventOf<CallEvent['type']>): readonly Command[] => {
    const result = step(now, { ...event, at: instant(10) } as CallEvent, aRouting({ anchored: true }));
    now = result.call;
    return result.commands;
  };
  const referTo = { ok: true, address: '110' } as const;
  happens({
    type: 'referred',
    leg: 'a-2',
    request: 'r',
    cseq: 2,
    subscribes: true,
    referTo,
    referredBy: null,
  });
  const commands = happens({ type: 'answered', leg: 'a-3', sdp, allowsUpdate: false, agent: null });
  return { happens, commands, phase: () => now.phase.name };
}

function toldAgent(commands: readonly Command[]): readonly string[] {
  return commands.flatMap((command) => {
    if (command.type === 'notify') return [`NOTIFY ${command.status}${command.final ? ' final' : ''}`];
    if (command.type === 'bye') return [`BYE ${command.leg}`];
    return command.type === 'start-timer' && command.timer.startsWith('notify') ? [`${command.ms} ms`] : [];
  });
}

it('an agent whose phone answers no NOTIFY is told the outcome, and let go after the time that the plan gives', () => {
  const { happens, commands, phase } = referredAndAnswered();
  expect(phase()).toBe('talking');
  // NOTIFY 100 is out still, and SIP would wait 32 s for its answer.
  expect(toldAgent(commands)).toEqual(['8000 ms']);
  expect(toldAgent(happens({ type: 'timer', timer: 'notify:a-t1' }))).toEqual([
    'NOTIFY 200 final',
    'BYE a-2',
  ]);
  expect(happens({ type: 'notify-answered', leg: 'a-2', transferId: 'a-t1', status: 408 })).toEqual([]);
});

it('an agent whose phone is slow with the first NOTIFY gets the last one, and BYE after its answer', () => {
  const { happens } = referredAndAnswered();
  const answered = { type: 'notify-answered', leg: 'a-2', transferId: 'a-t1', status: 200 } as const;
  expect(toldAgent(happens(answered))).toEqual(['NOTIFY 200 final', '8000 ms']);
  expect(toldAgent(happens(answered))).toEqual(['BYE a-2']);
});
