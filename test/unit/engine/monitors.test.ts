import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { MemoryLedger } from '../../../src/ledger/memory-ledger.js';
import type { MediaAnchor } from '../../../src/media/anchor.js';
import type { MediaMonitoring } from '../../../src/media/monitoring.js';
import { anEngine } from './an-engine.js';
import { FakeSignalling } from './fake-signalling.js';
import { VirtualClock } from './virtual-clock.js';

const sdp = 'v=0\r\n';
const DESK = { member: 'police', extension: '9005' };
let clock: VirtualClock;
let sip: FakeSignalling;
let ledger: MemoryLedger;
let engine: Engine;
/** What media was asked for, of listeners and of the call. */
let asked: string[];
let possible: boolean;
/** Settles the media step that is under way. */
let done: (worked: boolean) => void;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function mediaServer(): MediaAnchor {
  const note = async (what: string): Promise<void> => void asked.push(what);
  const step = (what: string): Promise<void> => {
    asked.push(what);
    return new Promise((resolve, reject) => {
      done = (worked) => (worked ? resolve() : reject(new Error('no')));
    });
  };
  const monitoring: MediaMonitoring = {
    possible: () => possible,
    begin: (call, { leg }) => step(`begin ${call} ${leg}`),
    speak: (call, mode, { caller, agent }) => step(`${mode} ${call} ${caller} ${agent}`),
    end: (call) => note(`end ${call}`),
  };
  return {
    kind: 'rtpengine',
    can: { holdPrompts: true, keysFromRtp: true, recording: false, webrtc: false, conference: true },
    moves: {
      heard: ({ leg, as }) => note(`heard ${leg} ${as}`),
      join: (_, a, b) => note(`join ${a} ${b}`),
      confer: () => note('confer'),
      park: (_, leg) => note(`park ${leg}`),
      announce: async () => null,
      sendKeys: () => note('keys'),
      figures: () => null,
    },
    recording: null,
    monitoring,
    describe: async () => sdp,
    takesCalls: () => true,
    begin: () => 'anchored',
    callsJoined: () => undefined,
    legEnded: () => undefined,
    callEnded: () => undefined,
    kept: () => null,
    wayOf: () => 'anchored',
    resume: async () => false,
  };
}

async function talk(from: MemoryLedger = new MemoryLedger()): Promise<void> {
  [clock, sip, asked, possible] = [new VirtualClock(), new FakeSignalling(), [], true];
  ledger = from;
  engine = anEngine({ clock, signalling: sip, media: mediaServer(), ledger });
  await engine.start();
  if (from.leftOpen().length > 0) return;
  sip.call('sip:12345@x', { ip: '10.9.0.1', port: 5060 }, sdp);
  await settled();
  sip.event({ type: 'answered', leg: 'call1-2', sdp, allowsUpdate: false, agent: null });
  await settled();
  sip.event({ type: 'acked', leg: 'call1-1', sdp: null });
  await settled();
  asked.length = 0;
}

/** The leg of the listener, called. */
async function called(): Promise<string> {
  const started = await engine.monitors.start('call1', DESK, 'ops');
  if (!started.ok) throw new Error(started.refusal.message);
  await settled();
  return `${started.value.monitorId}-1`;
}

/** It has answered, and hears the call. */
async function listening(): Promise<string> {
  const leg = await called();
  sip.event({ type: 'answered', leg, sdp, allowsUpdate: false, agent: null });
  await settled();
  done(true);
  await settled();
  return leg;
}

const audits = () =>
  ledger.records.flatMap((one) =>
    one.kind === 'audit' ? [`${one.action} ${one.actor}: ${one.detail}`] : [],
  );

beforeEach(() => talk());

describe('who is to listen', () => {
  it('is called at the desk once the ledger has it, and hears the call once it answers', async () => {
    const leg = await called();
    expect(sip.detail(leg, 'invite')).toMatchObject({ uri: 'sip:9005@10.2.0.1:5060' });
    expect(audits()).toEqual(['monitor-started ops: extension 9005 of police']);
    expect(engine.liveCall('call1')).toMatchObject({ monitor: { state: 'calling' }, legs: [{}, {}] });
    sip.event({ type: 'answered', leg, sdp, allowsUpdate: false, agent: null });
    await settled();
    expect(asked).toEqual([`heard ${leg} answer`, `begin call1 ${leg}`]);
    expect(engine.liveCall('call1')?.monitor?.state).toBe('calling');
    done(true);
    await settled();
    expect(engine.liveCall('call1')?.monitor).toMatchObject({ state: 'listening', mode: 'listen' });
  });

  it.each([
    ['call9', DESK, true, 'unknown-call'],
    ['call1', DESK, false, 'mode-unavailable'],
    ['call1', { agent: 'nobody' }, true, 'unknown-listener'],
    ['call1', { member: 'nobody', extension: '1' }, true, 'unknown-listener'],
  ] as const)('is refused: call %s, %j, possible %s: %s', async (call, wish, can, code) => {
    possible = can;
    expect(await engine.monitors.start(call, wish, 'ops')).toMatchObject({ refusal: { code } });
    expect(audits()).toEqual([]);
  });

  it('is not called when the ledger cannot write it', async () => {
    ledger.flush = () => Promise.reject(new Error('no space left on device'));
    expect(await engine.monitors.start('call1', DESK, 'ops')).toMatchObject({
      refusal: { code: 'not-audited' },
    });
    expect(sip.sent.filter(({ leg }) => leg.includes('-m'))).toEqual([]);
    expect(engine.liveCall('call1')?.monitor).toBeNull();
  });

  it('is one for each call', async () => {
    await called();
    expect(await engine.monitors.start('call1', DESK, 'ops')).toMatchObject({
      refusal: { code: 'already-monitored' },
    });
  });

  it('is given up when it does not answer', async () => {
    const leg = await called();
    sip.event({ type: 'provisional', leg, status: 180, sdp: null });
    await clock.pass(31_000);
    expect(sip.on(leg)).toEqual(['invite', 'cancel']);
    sip.event({ type: 'failed', leg, status: 487, reason: null, reached: true });
    await settled();
    expect(audits().at(-1)).toBe('monitor-stopped onekey: no-answer');
    expect(ledger.records).toContainEqual(
      expect.objectContaining({
        kind: 'leg',
        id: leg,
        role: 'monitor',
        callId: 'call1',
        outcome: 'unanswered',
      }),
    );
    expect(ledger.journalled.map(({ callId }) => callId)).toEqual(['call1']);
  });
});

describe('who is not to listen any more', () => {
  it('is cancelled at the first ring, of which the ledger knows', async () => {
    const leg = await called();
    sip.event({ type: 'hung-up', leg: 'call1-1', by: 'peer', reason: null });
    await clock.pass(300);
    const { utc } = clock.now();
    sip.event({ type: 'provisional', leg, status: 180, sdp: null });
    sip.event({ type: 'provisional', leg, status: 180, sdp: null });
    sip.event({ type: 'failed', leg, status: 487, reason: null, reached: true });
    await settled();
    const record = ledger.records.find(({ kind, id }) => kind === 'leg' && id === leg);
    expect(record).toMatchObject({ ringingAt: utc, outcome: 'cancelled', endedBy: 'us' });
  });
});

describe('who listens', () => {
  it('is let go with the call, and only it is in its own records', async () => {
    const leg = await listening();
    sip.event({ type: 'hung-up', leg: 'call1-1', by: 'peer', reason: null });
    await settled();
    expect(sip.on(leg)).toEqual(['invite', 'ack', 'bye']);
    sip.event({ type: 'bye-answered', leg });
    sip.event({ type: 'bye-answered', leg: 'call1-2' });
    await settled();
    expect(audits().at(-1)).toBe('monitor-stopped onekey: call-ended');
    expect(ledger.records.find(({ kind }) => kind === 'call')).toMatchObject({ legs: 2 });
    expect(ledger.journalled).toEqual([]);
    expect(sip.forgotten).toContain(leg);
  });

  it('hangs up: nothing is said to anybody else', async () => {
    const leg = await listening();
    const said = sip.sent.length;
    sip.event({ type: 'hung-up', leg, by: 'peer', reason: null });
    await settled();
    expect(sip.sent.length).toBe(said);
    expect(asked.at(-1)).toBe('end call1');
    expect(engine.liveCall('call1')).toMatchObject({ phase: 'talking', monitor: null });
    expect(audits().at(-1)).toBe('monitor-stopped extension 9005 of police: hung-up');
  });

  it('does nothing to the call with its phone', async () => {
    const leg = await listening();
    const said = sip.sent.length;
    const press = { key: '*', contentType: 'application/dtmf-relay', body: 'Signal=*' };
    const refer = { cseq: 2, referredBy: null, subscribes: true };
    sip.event({
      type: 'referred',
      leg,
      request: 'r1',
      referTo: { ok: true, address: 'sip:110@x' },
      ...refer,
    });
    sip.event({ type: 'attended', asker: leg, named: 'call1-1', request: 'r2', ...refer });
    sip.event({ type: 'keyed', leg, request: 'r3', press });
    sip.event({ type: 'info', leg, request: 'r4' });
    engine.mediaReports.keyPressed(leg.slice(0, -2), leg, { key: '*', durationMs: 100 });
    await settled();
    const answers = sip.sent.slice(said);
    expect(answers.map(({ what, leg: on, detail }) => [what, on, detail])).toEqual([
      ['respond', leg, 403],
      ['respond', leg, 403],
      ['respond', leg, 200],
      ['respond', leg, 480],
    ]);
  });

  it('re-INVITEs, and is answered by the media server', async () => {
    const leg = await listening();
    sip.event({ type: 'offered', leg, request: 'r1', method: 'INVITE', sdp });
    await settled();
    expect(asked.at(-1)).toBe(`heard ${leg} offer`);
    expect(sip.sent.at(-1)).toMatchObject({ what: 'respond', leg, detail: 200 });
  });

  it('is given a voice between caller and agent, which is audited; moved parties take it away', async () => {
    await listening();
    const changing = engine.monitors.change('call1', 'whisper', 'ops');
    await settled();
    expect(asked.at(-1)).toBe('whisper call1 call1-1 call1-2');
    expect(await engine.monitors.change('call1', 'join', 'ops')).toMatchObject({
      refusal: { code: 'mode-pending' },
    });
    done(true);
    expect(await changing).toMatchObject({ ok: true });
    engine.monitors.modeReset('call1');
    expect(engine.liveCall('call1')?.monitor?.mode).toBe('listen');
    expect(audits().slice(1)).toEqual([
      'monitor-changed ops: listen > whisper',
      'monitor-changed onekey: whisper > listen',
    ]);
  });

  it('is told that it has no voice when media cannot, or nobody is there to hear it', async () => {
    await listening();
    const changing = engine.monitors.change('call1', 'join', 'ops');
    await settled();
    done(false);
    expect(await changing).toMatchObject({ refusal: { code: 'mode-unavailable' } });
    sip.event({ type: 'hung-up', leg: 'call1-1', by: 'peer', reason: null });
    expect(await engine.monitors.change('call1', 'join', 'ops')).toMatchObject({
      refusal: { code: 'not-listening' },
    });
  });

  it('hears the call that its call becomes part of, unless somebody does so already', async () => {
    const leg = await listening();
    engine.monitors.absorbed('call1', 'call7');
    await settled();
    expect(asked.slice(-2)).toEqual(['end call1', `begin call7 ${leg}`]);
    done(true);
    await settled();
    expect(engine.monitors.of('call7')).toMatchObject({ state: 'listening' });
    expect(engine.monitors.of('call1')).toBeNull();
  });

  it('is let go after a restart; it is closed in the ledger', async () => {
    const leg = await listening();
    const left = ledger.journalled;
    expect(left).toHaveLength(2);
    await talk(new MemoryLedger({ leftOpen: left }));
    await settled();
    expect(sip.on(leg)).toEqual(['bye']);
    sip.event({ type: 'bye-answered', leg });
    await settled();
    expect(audits()).toEqual(['monitor-stopped onekey: restart']);
    expect(ledger.records).toContainEqual(
      expect.objectContaining({ kind: 'leg', id: leg, durationMs: null, outcome: 'answered' }),
    );
    expect(engine.liveCall('call1')).toMatchObject({ phase: 'talking', monitor: null });
    expect(ledger.journalled.map(({ callId }) => callId)).toEqual(['call1']);
  });

  it('keeps a program that stops from nothing, while it is called or let go', async () => {
    const leg = await called();
    expect(clock.waiting).toBeGreaterThan(0);
    expect(await engine.drain(0)).toBe(1);
    expect(clock.waiting).toBe(0);
    sip.event({ type: 'answered', leg, sdp: null, allowsUpdate: false, agent: null });
    await settled();
    expect(sip.on(leg)).toEqual(['invite', 'ack', 'bye']);
    expect(clock.waiting).toBe(0);
  });

  it('who was only called before a restart is closed in the ledger alone', async () => {
    const leg = await called();
    await talk(new MemoryLedger({ leftOpen: ledger.journalled }));
    await settled();
    expect(sip.on(leg)).toEqual([]);
    expect(audits()).toEqual(['monitor-stopped onekey: restart']);
    expect(ledger.records).toContainEqual(expect.objectContaining({ id: leg, outcome: 'interrupted' }));
  });
});
