import { beforeEach, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import type { LiveEvent } from '../../../src/engine/operations.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import type { LegFigures, MediaAnchor, MediaMoves } from '../../../src/media/anchor.js';
import { anEngine } from './an-engine.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

const sdp = 'v=0\r\nm=audio 4000 RTP/AVP 8\r\n';
const counted: LegFigures = { packetsReceived: 7, packetsSent: null, packetsLost: null, jitterMs: null };

let clock: VirtualClock;
let sip: FakeSignalling;
let ledger: MemoryLedger;
let engine: Engine;
let events: LiveEvent[];
/** What the media server was asked for. */
let asked: unknown[];
let figures: MediaMoves['figures'];
let caller: string;
let agent: string;

/** A media server that does everything, and writes it down. */
function mediaServer(): MediaAnchor {
  const note = async (...what: unknown[]): Promise<void> => void asked.push(what);
  const moves: MediaMoves = {
    heard: async () => undefined,
    join: (_call, a, b, keysKept) => note('join', a, b, keysKept),
    confer: (_call, legs, keysKept) => note('confer', legs, keysKept),
    park: (_call, leg) => note('park', leg),
    announce: async () => 4000,
    sendKeys: (_call, leg, keys) => note('keys', leg, keys),
    figures: (call, leg) => figures(call, leg),
  };
  const can = { holdPrompts: true, keysFromRtp: true, recording: false, webrtc: false, conference: false };
  const ended = {
    takesCalls: () => true,
    begin: () => 'anchored' as const,
    callsJoined: () => undefined,
    legEnded: () => undefined,
    callEnded: () => undefined,
  };
  const restarts = { kept: () => null, wayOf: () => 'anchored' as const, resume: async () => false };
  return {
    kind: 'rtpengine',
    can,
    moves,
    recording: null,
    monitoring: null,
    describe: async () => sdp,
    ...ended,
    ...restarts,
  };
}

beforeEach(async () => {
  [clock, sip, events, asked] = [new VirtualClock(), new FakeSignalling(), [], []];
  figures = () => Promise.resolve(counted);
  ledger = new MemoryLedger({ now: () => clock.now().utc });
  engine = anEngine({ clock, signalling: sip, media: mediaServer(), ledger });
  engine.subscribe((event) => events.push(event));
  await engine.start();
  [caller, agent] = [String(sip.call('sip:12345@x', { ip: '10.9.0.1', port: 5060 }, sdp)), 'call1-2'];
  await settled();
  sip.event({ type: 'answered', leg: agent, sdp, allowsUpdate: false, agent: null });
  await settled();
  sip.event({ type: 'acked', leg: caller, sdp: null });
  await settled();
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function press(leg: string, keys: string): Promise<void> {
  for (const key of keys) engine.mediaReports.keyPressed('call1', leg, { key, durationMs: 120 });
  await settled();
}

it('keys of the agent alone are kept from the other party', () => {
  expect(asked).toEqual([['join', caller, agent, [agent]]]);
});

it('a code among RTP packets calls the target, and goes nowhere else', async () => {
  await press(agent, '*2');
  expect(sip.detail('call1-3', 'invite')).toMatchObject({ uri: 'sip:9001@10.2.0.1:5060' });
  expect(sip.on(agent)).toEqual(['invite', 'ack']);
  expect(asked).toHaveLength(1);
});

it('keys that are no code are sent on as keys of the agent, by RTP', async () => {
  await press(agent, '5*7');
  expect(asked.slice(1)).toEqual([
    ['keys', agent, [{ key: '5', durationMs: 120 }]],
    [
      'keys',
      agent,
      [
        { key: '*', durationMs: 120 },
        { key: '7', durationMs: 120 },
      ],
    ],
  ]);
  expect(sip.on(caller)).toEqual(['answer']);
});

it('keys of legs and calls that are not there are nobody’s', async () => {
  await press('call1-9', '*2');
  engine.mediaReports.keyPressed('call7', 'call7-1', { key: '1', durationMs: 120 });
  expect(asked).toHaveLength(1);
  expect(engine.figures().unexpectedEvents).toBe(0);
});

it('a call is forgotten when the records of its legs have their figures, or none can be had', async () => {
  let answer: (figures: LegFigures) => void = () => undefined;
  figures = (_call, leg) => (leg === agent ? new Promise(() => undefined) : new Promise((r) => (answer = r)));
  sip.event({ type: 'hung-up', leg: caller, by: 'peer', reason: null });
  sip.event({ type: 'bye-answered', leg: agent });
  await settled();
  expect(ledger.records).toEqual([]);
  expect(engine.liveCalls()).toMatchObject([{ phase: 'ending' }]);
  answer(counted);
  await settled();
  expect(ledger.records).toMatchObject([{ id: caller, media: counted }]);
  await clock.pass(300);
  await settled();
  expect(ledger.records.map(({ id }) => id)).toEqual([caller, agent, 'call1']);
  expect(ledger.records[1]).toMatchObject({ media: null });
  expect([engine.liveCalls(), ledger.journalled]).toEqual([[], []]);
});

it('silence of a leg is told of on the live stream; only legs that are up are watched', () => {
  expect([engine.mediaReports.isUp('call1', agent), engine.mediaReports.isUp('call1', 'call1-9')]).toEqual([
    true,
    false,
  ]);
  engine.mediaReports.silent('call1', agent, true, 30_400);
  expect(events.at(-1)).toMatchObject({
    type: 'media-lost',
    callId: 'call1',
    legId: agent,
    detail: { seconds: 30 },
  });
  engine.mediaReports.silent('call1', agent, false, 41_000);
  expect(events.at(-1)).toMatchObject({ type: 'media-back', detail: { seconds: 41 } });
});
