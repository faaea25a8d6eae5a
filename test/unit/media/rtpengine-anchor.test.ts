import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/media/log.js';
import { EnginePool } from '../../../src/media/rtpengine/engine-pool.js';
import { RtpengineAnchor } from '../../../src/media/rtpengine-anchor.js';
import { FakeEngine, sdpOf } from './rtpengine/fake-engine.js';

let engine: FakeEngine;
/** Prompts that are there. */
let there: readonly string[];

beforeEach(() => {
  there = ['call-back', 'recorded'];
});

async function anchorOf(keysAreTold: boolean): Promise<RtpengineAnchor> {
  engine = new FakeEngine();
  engine.extra = { result: 'pong' };
  const member = { name: 'one', port: engine, weight: 1, parkingAddress: '127.0.0.1', spawned: true };
  const pool = new EnginePool({ engines: [member], transcode: [], newSessionId: () => 1, log: silentLog });
  await pool.start();
  pool.stop();
  return new RtpengineAnchor({
    pool,
    prompts: { path: (name) => (there.includes(name) ? `/prompts/${name}.wav` : null) },
    language: 'en',
    keysAreTold,
    records: true,
    mixer: null,
    onMixingLost: () => undefined,
    onListeningReset: () => undefined,
    onListeningLost: () => undefined,
    log: silentLog,
  });
}

/** The caller has offered, and the agent that it is to be joined with has answered. */
async function answered(anchor: RtpengineAnchor): Promise<void> {
  await anchor.heard({ callId: 'call', leg: 'caller', sdp: sdpOf('192.0.2.1', 4000), as: 'offer' });
  await anchor.describe({ callId: 'call', from: 'caller', to: 'agent', sdp: '' });
  await anchor.heard({ callId: 'call', leg: 'agent', sdp: sdpOf('192.0.2.2', 5000), as: 'answer' });
  engine.take();
}

describe('keys', () => {
  let anchor: RtpengineAnchor;
  beforeEach(async () => {
    anchor = await anchorOf(true);
    await answered(anchor);
  });

  it('are kept before the two hear each other, and that once', async () => {
    await anchor.join('call', 'caller', 'agent', ['agent']);
    expect(engine.take().slice(0, 2)).toEqual(['block DTMF agent', 'offer caller>agent']);
    await anchor.park('call', 'agent', 'music');
    await anchor.join('call', 'caller', 'agent', ['agent']);
    expect(engine.take()).not.toContain('block DTMF agent');
  });

  it('of a leg that the engine does not know yet are kept right after', async () => {
    await anchor.join('call', 'caller', 'agent', ['caller']);
    expect(engine.take()).toEqual([
      'offer caller>agent',
      'answer caller>agent',
      'delete :parking-1',
      'block DTMF caller',
    ]);
  });

  it('that are sent are told from those that are pressed', async () => {
    await anchor.join('call', 'caller', 'agent', ['agent']);
    await anchor.sendKeys('call', 'agent', [
      { key: '5', durationMs: 20 },
      { key: '7', durationMs: 9000 },
    ]);
    const played = engine.fields.slice(-2).map(({ code, duration }) => [code, duration]);
    expect(played).toEqual([
      ['5', 100],
      ['7', 5000],
    ]);
    expect(['5', '7', '5'].map((key) => anchor.isPressed('call', 'agent', key))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('that the engine refuses to send are not awaited', async () => {
    await anchor.join('call', 'caller', 'agent', ['agent']);
    engine.fails = (line) => (line.startsWith('play DTMF') ? { kind: 'refused', reason: 'no' } : null);
    await expect(anchor.sendKeys('call', 'agent', [{ key: '5', durationMs: 120 }])).rejects.toThrow('no');
    expect(anchor.isPressed('call', 'agent', '5')).toBe(true);
  });
});

it('keys that nobody tells us of are not kept from the other party', async () => {
  const anchor = await anchorOf(false);
  await answered(anchor);
  await anchor.join('call', 'caller', 'agent', ['agent']);
  expect(anchor.can.keysFromRtp).toBe(false);
  expect(engine.take()).not.toContain('block DTMF agent');
});

describe('an announcement', () => {
  it('is played once to the leg, which hears nobody else, and says how long it takes', async () => {
    const anchor = await anchorOf(true);
    await answered(anchor);
    await anchor.join('call', 'caller', 'agent', []);
    engine.take();
    engine.extra = { result: 'ok', duration: 4000 };
    expect(await anchor.announce('call', 'caller', 'call-back')).toBe(4000);
    expect(engine.take().at(-1)).toBe('play media caller');
    expect(engine.fields.at(-1)).toMatchObject({ file: '/prompts/call-back.wav', 'repeat-times': 1 });
  });

  it('that is not there takes no time', async () => {
    const anchor = await anchorOf(true);
    await answered(anchor);
    expect(await anchor.announce('call', 'caller', 'nothing')).toBeNull();
  });
});

describe('two who are recorded', () => {
  let anchor: RtpengineAnchor;
  /** What becomes of telling them; undefined until then. */
  let told: boolean | Error | undefined;
  const tell = (): void => {
    told = undefined;
    void anchor.recording?.announce('call', 'caller', 'agent').then(
      (heard) => {
        told = heard;
      },
      (error: Error) => {
        told = error;
      },
    );
  };
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const isTold = async (): Promise<boolean | Error> => {
    while (told === undefined) await settled();
    return told;
  };

  beforeEach(async () => {
    anchor = await anchorOf(true);
    await answered(anchor);
    engine.extra = { result: 'ok', duration: 130 };
  });

  it('hear it first when they are joined, both, and each other afterwards', async () => {
    tell();
    await anchor.join('call', 'caller', 'agent', []);
    const first = engine.take();
    expect(first.filter((line) => line.startsWith('play media'))).toEqual([
      'play media caller',
      'play media agent',
    ]);
    expect(first).not.toContain('offer caller>agent');
    expect(engine.fields.filter((one) => one.file !== undefined)).toMatchObject([
      { file: '/prompts/recorded.wav' },
      { file: '/prompts/recorded.wav' },
    ]);
    expect(await isTold()).toBe(true);
    await settled();
    expect(engine.take()).toContain('offer caller>agent');
  });

  it('hear it once, however often they are joined meanwhile', async () => {
    tell();
    await anchor.join('call', 'caller', 'agent', []);
    await anchor.join('call', 'caller', 'agent', []);
    expect(engine.take().filter((line) => line === 'play media caller')).toHaveLength(1);
    expect(await isTold()).toBe(true);
  });

  it('hear it at once when they talk already', async () => {
    await anchor.join('call', 'caller', 'agent', []);
    engine.take();
    tell();
    await settled();
    expect(engine.take()).toContain('play media caller');
    expect(await isTold()).toBe(true);
    await settled();
    expect(engine.take()).toContain('offer caller>agent');
  });

  it.each([
    ['is put on hold', () => anchor.park('call', 'caller', 'music')],
    ['hangs up', async () => anchor.legEnded('call', 'agent')],
    ['ends the call', async () => anchor.callEnded('call')],
  ])('do not hear the end of it when one %s', async (_, happens) => {
    tell();
    await anchor.join('call', 'caller', 'agent', []);
    await happens();
    expect(await isTold()).toBe(false);
    engine.take();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(engine.take(), 'joined after all').not.toContain('offer caller>agent');
  });

  it('hear each other at once when there is nothing to play', async () => {
    there = [];
    tell();
    expect(await isTold()).toBeInstanceOf(Error);
    await anchor.join('call', 'caller', 'agent', []);
    expect(engine.take()).toContain('offer caller>agent');
  });

  it('hear each other at once when it cannot be played', async () => {
    engine.extra = { result: 'ok' };
    tell();
    await anchor.join('call', 'caller', 'agent', []);
    expect(await isTold()).toBeInstanceOf(Error);
    expect(engine.take()).toContain('offer caller>agent');
  });
});

describe('recording', () => {
  it('is asked of the engine, which says where each leg sends to', async () => {
    const anchor = await anchorOf(true);
    await answered(anchor);
    await anchor.join('call', 'caller', 'agent', []);
    engine.take();
    expect(await anchor.recording?.start('call')).toBe(true);
    const places = anchor.recording?.places('call') ?? [];
    expect(places.map(({ leg, family }) => [leg, family])).toEqual([
      ['caller', 4],
      ['agent', 4],
    ]);
    expect(new Set(places.map(({ port }) => port)).size).toBe(2);
    expect(places[0]?.codecs).toEqual({ 8: 'pcma/8000', 101: 'telephone-event/8000' });
    await anchor.recording?.stop('call');
    expect(engine.take()).toEqual(['start recording', 'stop recording']);
    engine.fails = () => ({ kind: 'refused', reason: 'Unknown call-id' });
    expect(await anchor.recording?.start('call')).toBe(false);
    expect(await anchor.recording?.start('another')).toBe(false);
    expect(anchor.recording?.places('another')).toEqual([]);
  });
});
