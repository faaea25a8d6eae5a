import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/media/log.js';
import { MixerFailure } from '../../../src/media/mixer/mixer.js';
import { Monitoring, withoutListener } from '../../../src/media/monitoring.js';
import { MediaSession } from '../../../src/media/rtpengine/media-session.js';
import { FakeMixer } from './mixer/fake-mixer.js';
import { FakeEngine, sdpOf } from './rtpengine/fake-engine.js';

const PAIR = { caller: 'caller', agent: 'agent' };
let engine: FakeEngine;
let mixer: FakeMixer;
let sessions: Map<string, MediaSession>;
let monitoring: Monitoring;
let told: string[];
let noted: number;

function sessionOf(callId: string): MediaSession {
  const session = sessions.get(callId);
  if (session === undefined) throw new Error(`no session ${callId}`);
  return session;
}

function open(callId: string): MediaSession {
  const settings = { callId, transcode: [], newSessionId: () => 1, parkingAddress: '127.0.0.1' };
  const session = new MediaSession(engine, settings);
  sessions.set(callId, session);
  return session;
}

beforeEach(async () => {
  [engine, mixer, sessions, told, noted] = [new FakeEngine(), new FakeMixer(), new Map(), [], 0];
  monitoring = new Monitoring(
    {
      mixer,
      log: silentLog,
      sessionOf: (callId) => sessions.get(callId),
      onListeningReset: (callId) => told.push(`reset ${callId}`),
      onListeningLost: (callId) => told.push(`lost ${callId}`),
    },
    0,
  );
  const call = open('call');
  await call.offered('caller', sdpOf('192.0.2.1', 4000));
  for (const [index, leg] of ['agent', 'target'].entries()) {
    await call.prepare(leg, { like: 'caller' });
    await call.answered(leg, sdpOf('192.0.2.2', 5000 + index));
  }
  await call.join('caller', 'agent');
  const own = open('listening');
  await own.prepare('listener');
  await own.answered('listener', sdpOf('192.0.2.3', 6000));
  engine.take();
});

const begin = () => monitoring.begin('call', { callId: 'listening', leg: 'listener' });
const speak = (mode: 'listen' | 'whisper' | 'join') =>
  monitoring.speak('call', mode, PAIR, async () => {
    noted += 1;
  });
const joined = () => sessionOf('call').areJoined('caller', 'agent');
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
/** Commands that change who hears whom in the call itself. */
const moves = () => engine.take().filter((line) => /^(offer|answer) (caller|agent|target)>/.test(line));

describe('a listener', () => {
  it('hears a copy of what each party says, in a room where it is mute, and the call is as it was', async () => {
    await begin();
    expect(mixer.take()).toEqual([
      'open',
      expect.stringMatching(/^add :mixer-ear-1 /),
      expect.stringMatching(/^add :tap-2 /),
      expect.stringMatching(/^add :tap-3 /),
    ]);
    const asked = engine.commands.filter((line) => line.startsWith('subscribe request'));
    expect(asked).toEqual(['subscribe request caller>:tap-2', 'subscribe request agent>:tap-3']);
    expect(moves()).toEqual([]);
  });

  it('hears whom the caller talks with next, and no more who is on hold', async () => {
    await begin();
    engine.take();
    mixer.take();
    await monitoring.around('call', ['caller', 'target'], () => sessionOf('call').join('caller', 'target'));
    await settled();
    expect(mixer.take()).toEqual(['remove :tap-3', expect.stringMatching(/^add :tap-4 /)]);
    expect(engine.take().filter((line) => /subscribe request|delete :tap/.test(line))).toEqual([
      'delete :tap-3',
      'subscribe request target>:tap-4',
    ]);
    expect(told).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    await begin();
    mixer.take();
    engine.take();
    await monitoring.end('call');
    await settled();
    expect(mixer.take()).toEqual(['remove :mixer-ear-1', 'close']);
    expect(engine.take().filter((line) => /^delete :tap/.test(line))).toHaveLength(2);
    expect(joined()).toBe(true);
  });

  it('is refused when the engine copies nothing, and the call is as it was', async () => {
    engine.fails = (line) => (line.startsWith('subscribe') ? { kind: 'refused', reason: 'no' } : null);
    await expect(begin()).rejects.toThrow(MixerFailure);
    await monitoring.end('call');
    expect(moves()).toEqual([]);
    expect(mixer.take().at(-1)).toBe('close');
  });
});

describe('a listener who speaks', () => {
  beforeEach(async () => {
    await begin();
    engine.take();
    mixer.take();
  });

  it('to the agent alone: the caller hears a copy of the agent in a room of its own', async () => {
    await speak('whisper');
    const asked = mixer.take();
    expect(asked.filter((line) => line === 'open')).toHaveLength(1);
    expect(asked.at(-1)).toBe('unmute :mixer-ear-1');
    const links = moves().filter((line) => line.startsWith('answer'));
    expect(links).toEqual(['answer agent>:mixer-ear-4', 'answer caller>:mixer-ear-5']);
    expect(noted).toBe(1);
    expect(monitoring.kept('call')?.apart).toEqual(PAIR);
    expect(monitoring.hasApart('call', 'agent')).toBe(true);
    await speak('listen');
    expect(joined()).toBe(true);
    expect(mixer.take()).toContain('mute :mixer-ear-1');
    expect(monitoring.kept('call')?.apart).toBeNull();
  });

  it('is silent before the parties are moved, and they are where they are moved to', async () => {
    await speak('join');
    await monitoring.around('call', ['caller', 'target'], () => sessionOf('call').join('caller', 'target'));
    await settled();
    expect(told).toEqual(['reset call']);
    expect(sessionOf('call').areJoined('caller', 'target')).toBe(true);
    expect(mixer.take().filter((line) => line === 'mute :mixer-ear-1')).toHaveLength(1);
    expect(
      sessionOf('call')
        .legs()
        .filter((leg) => leg.startsWith(':mixer')),
    ).toEqual([]);
  });

  it('has no voice where the parties are moved while it is made', async () => {
    const speaking = monitoring.speak('call', 'whisper', PAIR, () =>
      monitoring.around('call', ['caller', 'target'], async () => {
        await sessionOf('call').join('caller', 'target');
      }),
    );
    await expect(speaking).rejects.toThrow(MixerFailure);
    await settled();
    expect(sessionOf('call').areJoined('caller', 'target')).toBe(true);
    expect(mixer.take()).not.toContain('unmute :mixer-ear-1');
  });

  it('is refused a voice once too often: the names of legs are for the parties', async () => {
    for (let times = 0; times < 50; times += 1) await speak('whisper');
    await speak('listen');
    await expect(speak('whisper')).rejects.toThrow('too often');
    expect(joined()).toBe(true);
    expect((await sessionOf('call').prepare('another')).ok).toBe(true);
    monitoring.callEnded('call');
    await begin();
    await speak('whisper');
  });

  it('is not heard when it cannot be noted; the two are as they were', async () => {
    const speaking = monitoring.speak('call', 'join', PAIR, () => Promise.reject(new Error('the disk')));
    await expect(speaking).rejects.toThrow('the disk');
    expect(joined()).toBe(true);
    expect(moves()).toEqual([]);
  });

  it.each(['mixer', 'engine'] as const)(
    'is gone when the %s fails, and the two hear each other',
    async (which) => {
      await speak('whisper');
      mixer.fails = () => which === 'mixer';
      if (which === 'mixer') monitoring.lost();
      else monitoring.remade('call');
      await settled();
      expect(told).toEqual(['lost call']);
      expect(joined()).toBe(true);
      expect(monitoring.kept('call')).toBeUndefined();
    },
  );

  it('is gone after a restart: the two hear each other, wherever they were, and nothing is copied', async () => {
    await speak('whisper');
    const kept = monitoring.kept('call');
    engine.take();
    await withoutListener(sessionOf('call'), kept);
    expect(joined()).toBe(true);
    expect(moves()).toContain('answer caller>agent');
    expect(kept?.taps).toHaveLength(2);
  });
});
