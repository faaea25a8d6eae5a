import { describe, expect, it } from 'vitest';
import { Hearing } from '../../../src/cli/demo/rtp/hearing.js';
import { ToneGenerator } from '../../../src/cli/demo/rtp/tone.js';

const agent = { name: 'agent', frequency: 700 };
const target = { name: 'target', frequency: 1100 };

function listener() {
  const changes: [string | null, number][] = [];
  const hearing = new Hearing([agent, target], (voice, at) => changes.push([voice?.name ?? null, at]));
  return { hearing, changes };
}

/** A packet of this tone every 20 ms in [from, to). */
function play(hearing: Hearing, frequency: number, from: number, to: number): void {
  const tone = new ToneGenerator(frequency);
  for (let at = from; at < to; at += 20) hearing.packet(at, tone.next());
}

describe('hearing', () => {
  it('tells who is heard once two packets agree', () => {
    const { hearing, changes } = listener();
    play(hearing, 700, 0, 100);
    play(hearing, 1100, 100, 200);
    expect(changes).toEqual([
      ['agent', 20],
      ['target', 120],
    ]);
    expect(hearing.heard).toBe(target);
  });

  it('is not led astray by a single odd packet, a strange tone or silence', () => {
    const { hearing, changes } = listener();
    play(hearing, 700, 0, 100);
    play(hearing, 1100, 100, 120);
    play(hearing, 700, 120, 200);
    expect(changes).toEqual([['agent', 20]]);
    play(hearing, 2000, 200, 300);
    expect(changes.at(-1)).toEqual([null, 220]);
    hearing.packet(300, new Int16Array(160));
    expect(hearing.heard).toBeNull();
  });

  it('measures the gap between packets and the time without a voice', () => {
    const { hearing } = listener();
    play(hearing, 700, 0, 100);
    hearing.watch(100);
    play(hearing, 700, 100, 200);
    play(hearing, 1100, 240, 300);
    expect(hearing.figures()).toEqual({ largestGapMs: 60, longestSilenceMs: 40, packets: 8 });
  });

  it('counts packets without a voice as silence, not as a gap', () => {
    const { hearing } = listener();
    hearing.watch(0);
    play(hearing, 700, 0, 100);
    play(hearing, 2000, 100, 200);
    play(hearing, 700, 200, 240);
    expect(hearing.figures()).toMatchObject({ largestGapMs: 20, longestSilenceMs: 100 });
  });

  it('forgets a call that is over without a word, and tells the same voice anew in the next', () => {
    const { hearing, changes } = listener();
    play(hearing, 700, 0, 100);
    hearing.forget();
    hearing.tick(1000);
    expect(hearing.heard).toBeNull();
    play(hearing, 700, 2000, 2100);
    expect(changes).toEqual([
      ['agent', 20],
      ['agent', 2020],
    ]);
  });

  it('notices that nothing arrives any more', () => {
    const { hearing, changes } = listener();
    play(hearing, 700, 0, 100);
    hearing.tick(150);
    expect(hearing.heard).toBe(agent);
    hearing.tick(260);
    expect(changes.at(-1)).toEqual([null, 260]);
    expect(hearing.figures().longestSilenceMs).toBe(160);
  });
});
