import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ToneGenerator } from '../../src/cli/demo/rtp/tone.js';
import { runCode } from './harness/key-run.js';
import { keyTonesIn } from './harness/key-tones.js';
import { Switchboard } from './harness/switchboard.js';

describe('keys among the RTP packets of an agent’s telephone', () => {
  let board: Switchboard;
  beforeAll(async () => {
    board = await Switchboard.open({ portMin: 20_000 + (process.pid % 9) * 800 });
  });
  afterAll(() => board.close());

  it('are recognised as a code every time, soon, and the caller gets none of them', {
    timeout: 60_000,
  }, async () => {
    const times: number[] = [];
    for (let run = 1; run <= 20; run += 1) {
      const { recognisedMs, packetsAtCaller, ...rest } = await runCode(board);
      expect(rest, `run ${run}`).toEqual({ recognised: true, eventsAtCaller: 0, tonesAtCaller: 0 });
      expect(packetsAtCaller, `run ${run}`).toBeGreaterThan(5);
      times.push(recognisedMs);
    }
    times.sort((a, b) => a - b);
    const [median = 0, most = 0] = [times[10], times.at(-1)];
    console.log(
      `*2 recognised 20 of 20; ${median.toFixed(1)} ms after the last key, ${most.toFixed(1)} at most`,
    );
    expect(most).toBeLessThan(250);
  });

  it('reach the caller once and in order when they are no code', async () => {
    const { caller, agent, legs, end } = await board.talk();
    for (const key of [5, 5, 10, 7, 11, 0]) await agent.press(key);
    await sleep(900);
    expect(caller.keysHeard()).toEqual([5, 5, 10, 7, 11, 0]);
    expect(board.signalling.on(legs[2])).toEqual([]);
    await end();
  });

  it('reach no citizen when they are the beginning of a code that nothing follows', async () => {
    const { caller, agent, end } = await board.talk();
    await agent.press(10);
    // Longer than the time between two keys.
    await sleep(3500);
    expect(caller.keysHeard()).toEqual([]);
    await end();
  });

  it('of the caller go to the agent untouched, and are no code', async () => {
    const { caller, agent, legs, end } = await board.talk();
    await caller.press(10);
    await caller.press(2);
    await sleep(200);
    expect(agent.keysHeard()).toEqual([10, 2]);
    expect(new Set(agent.events.map((event) => event.payloadType))).toEqual(new Set([101]));
    expect(board.signalling.on(legs[2])).toEqual([]);
    await end();
  });

  it('work by INFO as well, and those that are no code go on as they came', async () => {
    const { caller, agent, legs, end } = await board.talk();
    const info = (key: string) => ({ key, contentType: 'application/dtmf-relay', body: `Signal=${key}` });
    const press = (key: string) =>
      board.signalling.event({ type: 'keyed', leg: legs[1], request: `info${key}`, press: info(key) });
    press('*');
    press('7');
    expect(board.signalling.detail(legs[0], 'keys')).toBe('*7');
    // A phone that tells its keys in both ways: the way of its first key counts.
    await agent.press(10);
    await agent.press(2);
    await sleep(200);
    expect(board.signalling.on(legs[2])).toEqual([]);
    press('*');
    press('2');
    await board.sent(legs[2], 'invite');
    expect(caller.events).toEqual([]);
    await end();
  });
});

it('the tone of a key is told from a voice', () => {
  const [one, other, voice] = [new ToneGenerator(770), new ToneGenerator(1336), new ToneGenerator(500)];
  const packet = (make: () => Int16Array) => ({ at: 0, ssrc: 1, sequence: 1, timestamp: 1, samples: make() });
  const key = () => {
    const second = other.next();
    return one.next().map((sample, index) => sample + (second[index] ?? 0));
  };
  expect(keyTonesIn(Array.from({ length: 4 }, () => packet(key)))).toBe(3);
  expect(keyTonesIn(Array.from({ length: 4 }, () => packet(() => voice.next())))).toBe(0);
});
