import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/media/log.js';
import { EnginePool } from '../../../src/media/rtpengine/engine-pool.js';
import { RtpengineAnchor } from '../../../src/media/rtpengine-anchor.js';
import { FakeEngine, sdpOf } from './rtpengine/fake-engine.js';

let engine: FakeEngine;

async function anchorOf(keysAreTold: boolean): Promise<RtpengineAnchor> {
  engine = new FakeEngine();
  engine.extra = { result: 'pong' };
  const member = { name: 'one', port: engine, weight: 1, parkingAddress: '127.0.0.1', spawned: true };
  const pool = new EnginePool({ engines: [member], transcode: [], newSessionId: () => 1, log: silentLog });
  await pool.start();
  pool.stop();
  return new RtpengineAnchor({
    pool,
    prompts: { path: (name) => (name === 'call-back' ? '/prompts/call-back.wav' : null) },
    language: 'en',
    keysAreTold,
    records: false,
    mixer: null,
    onMixingLost: () => undefined,
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
