import { beforeEach, describe, expect, it } from 'vitest';
import type { MediaSession } from '../../../src/media/rtpengine/media-session.js';
import { type Silence, SilenceWatch } from '../../../src/media/silence-watch.js';
import { settled, VirtualClock } from './rtpengine/virtual-clock.js';

let clock: VirtualClock;
let watch: SilenceWatch;
let told: Silence[];
/** Packets that came from the one leg so far. */
let packets: number;
let answers: boolean;
let up: boolean;
let sends: boolean;

beforeEach(() => {
  [clock, told, packets, answers, up, sends] = [new VirtualClock(), [], 5, true, true, true];
  const session = {
    id: 'call',
    senders: () => (sends ? ['agent'] : []),
    figures: async () =>
      answers
        ? { ok: true, value: new Map([['agent', { packets }]]) }
        : { ok: false, failure: { kind: 'timeout' } },
  } as unknown as MediaSession;
  watch = new SilenceWatch({
    clock,
    silenceMs: 4000,
    sessions: () => [session],
    isUp: () => up,
    onSilence: (silence) => told.push(silence),
  });
  watch.start();
});

/** So many seconds, in which packets come or not. */
async function seconds(count: number, talking: boolean): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    if (talking) packets += 50;
    await clock.advance(1000);
    await settled();
  }
}

describe('a leg', () => {
  it('that sends is not told of', async () => {
    await seconds(20, true);
    expect(told).toEqual([]);
  });

  it('that goes silent is told of once, and again when it is heard', async () => {
    await seconds(3, true);
    await seconds(3, false);
    expect(told).toEqual([]);
    await seconds(10, false);
    expect(told).toEqual([{ callId: 'call', leg: 'agent', silent: true, forMs: 4000 }]);
    await seconds(1, true);
    expect(told.at(-1)).toEqual({ callId: 'call', leg: 'agent', silent: false, forMs: 14_000 });
    await seconds(5, false);
    expect(told).toHaveLength(3);
  });

  it('that never sent anything is told of', async () => {
    packets = 0;
    await seconds(6, false);
    expect(told).toHaveLength(1);
  });

  it('that rings or is on hold by its own wish need not send', async () => {
    up = false;
    await seconds(10, false);
    [up, sends] = [true, false];
    await seconds(10, false);
    expect(told).toEqual([]);
  });

  it('of an engine that does not answer is not silent for that', async () => {
    await seconds(2, true);
    answers = false;
    await seconds(10, false);
    answers = true;
    await seconds(3, false);
    expect(told).toEqual([]);
  });
});

it('nobody is told of after the end', async () => {
  await seconds(2, true);
  watch.stop();
  await seconds(10, false);
  expect(told).toEqual([]);
});
