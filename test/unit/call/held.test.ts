import { describe, expect, it } from 'vitest';
import type { Call, Phase } from '../../../src/call/call.js';
import { heldUntil, noteHeld } from '../../../src/call/held.js';
import { newHunt } from '../../../src/call/hunt.js';
import { callRecord, interruptedRecords } from '../../../src/call/records.js';
import { step } from '../../../src/call/step.js';
import { Work } from '../../../src/call/work.js';
import { call, callerLeg, instant, leg, transfer } from '../engine/call-values.js';
import { aRouting } from './a-routing.js';

const legs = {
  'a-1': callerLeg('a-1'),
  'a-2': leg('a-2'),
  'a-3': leg('a-3', { role: 'target' }),
};
const parties = { transferee: 'a-1', transferor: 'a-2', target: 'a-3', transfer: transfer('a-t1') };
const talking: Phase = { name: 'talking', link: { a: 'a-1', b: 'a-2', rounds: 0 } };
const consulting: Phase = {
  ...parties,
  name: 'consulting',
  link: { a: 'a-2', b: 'a-3', rounds: 0 },
  holds: 0,
};
const alone: Phase = {
  name: 'transferring',
  transferee: 'a-1',
  transferor: null,
  transfer: transfer('a-t1'),
  hunt: newHunt([]),
  rounds: 0,
};

/** The call after it was in these phases from these moments on; milliseconds. */
function through(...phases: readonly (readonly [number, Phase, Partial<Call>?])[]): Call {
  let now = call('a', { legs });
  for (const [moment, phase, changes] of phases) {
    const w = new Work({ ...now, phase, ...changes }, instant(moment), aRouting());
    noteHeld(w);
    now = w.call;
  }
  return now;
}
const at = (moment: number, now: Call): number | null => heldUntil(now, instant(moment));

describe('the time that a caller is held', () => {
  it('is none while an agent is there', () => {
    const joined: Phase = { ...consulting, link: { a: 'a-2', b: 'a-1', rounds: 0 } };
    const all: Phase = { ...parties, name: 'conferring' };
    expect(at(90, through([10, talking], [20, joined], [30, all]))).toBe(0);
  });

  it('counts while agent and target consult, and when the agent has left', () => {
    const once = through([10, consulting], [14, talking]);
    expect(at(90, once)).toBe(4);
    expect(at(31, through([10, consulting], [14, talking], [20, alone], [25, alone]))).toBe(15);
  });

  it('is none before somebody has answered, nor while nothing is left but an announcement', () => {
    expect(at(90, through([10, alone, { answeredAt: null }]))).toBe(0);
    const announcing: Phase = { name: 'announcing', party: 'a-1', cause: 'all-targets-failed', status: null };
    expect(at(90, through([10, alone], [12, announcing]))).toBe(2);
  });

  it('stands in the record of the call; null where nobody answered', () => {
    const held = through([10, alone]);
    expect(callRecord(held, instant(13))).toMatchObject({ hops: 0, heldMs: 3 });
    expect(callRecord({ ...held, answeredAt: null }, instant(13)).heldMs).toBeNull();
    const { held: _, ...older } = call('b');
    expect(callRecord(older, instant(13)).heldMs).toBe(0);
  });

  it('is unknown when a restart lies within, and known when it does not', () => {
    const recovered = (before: Call) =>
      step(JSON.parse(JSON.stringify(before)) as Call, { type: 'recovered', at: instant(5) }, aRouting())
        .call;
    expect(at(90, recovered(through([10, consulting])))).toBeNull();
    expect(at(90, recovered(through([10, consulting], [14, talking])))).toBe(4);
    const cut = interruptedRecords(through([10, alone]), 99_000).at(-1);
    expect(cut).toMatchObject({ kind: 'call', heldMs: null });
  });
});
