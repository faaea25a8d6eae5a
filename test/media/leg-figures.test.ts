import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Switchboard } from './harness/switchboard.js';

/** What the media server counts of legs: in their records, and while they last. */

let board: Switchboard;
beforeAll(async () => {
  board = await Switchboard.open({ portMin: 20_000 + (process.pid % 9) * 800, silenceSeconds: 1 });
});
afterAll(() => board.close());

it('the record of each leg says how many packets came from its party', async () => {
  const { id, end } = await board.talk();
  await sleep(1000);
  await end();
  const legs = board.ledger.records.filter((record) => record.kind === 'leg' && record.callId === id);
  expect(legs.map((leg) => leg.id).sort()).toEqual([`${id}-1`, `${id}-2`]);
  for (const leg of legs) {
    const media = leg.kind === 'leg' ? leg.media : null;
    expect(media, leg.id).toMatchObject({ packetsSent: null, packetsLost: null, jitterMs: null });
    // 1.2 s of talk at 50 packets a second.
    expect(media?.packetsReceived, leg.id).toBeGreaterThan(40);
    expect(media?.packetsReceived, leg.id).toBeLessThan(120);
  }
  expect(board.ledger.journalled).toEqual([]);
});

it('a leg of which nothing comes is told of once, and when it is heard again; the call goes on', async () => {
  const { id, agent, legs, end } = await board.talk();
  const told = () =>
    board.events.filter((e) => e.callId === id && e.type.startsWith('media-')).map((e) => [e.type, e.legId]);
  await sleep(1500);
  expect(told()).toEqual([]);
  agent.stop();
  await sleep(2500);
  expect(told()).toEqual([['media-lost', legs[1]]]);
  agent.start();
  await sleep(700);
  expect(told()).toEqual([
    ['media-lost', legs[1]],
    ['media-back', legs[1]],
  ]);
  expect(board.engine.liveCall(id)).toMatchObject({ phase: 'talking' });
  await end();
});
