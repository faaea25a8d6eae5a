import { beforeEach, describe, expect, it } from 'vitest';
import { Conferences } from '../../../src/media/conferences.js';
import { silentLog } from '../../../src/media/log.js';
import { MixerFailure } from '../../../src/media/mixer/mixer.js';
import { MediaSession } from '../../../src/media/rtpengine/media-session.js';
import { FakeMixer } from './mixer/fake-mixer.js';
import { FakeEngine, sdpOf } from './rtpengine/fake-engine.js';

const nobody = (): boolean => false;
const three = ['caller', 'agent', 'target'];
let engine: FakeEngine;
let mixer: FakeMixer;
let session: MediaSession;
let conferences: Conferences;

beforeEach(async () => {
  engine = new FakeEngine();
  mixer = new FakeMixer();
  const settings = { callId: 'call', transcode: [], newSessionId: () => 1, parkingAddress: '127.0.0.1' };
  session = new MediaSession(engine, settings);
  conferences = new Conferences(mixer, silentLog, 0);
  await session.offered('caller', sdpOf('192.0.2.1', 4000));
  for (const [index, leg] of ['agent', 'target'].entries()) {
    await session.prepare(leg, { like: 'caller' });
    await session.answered(leg, sdpOf('192.0.2.2', 5000 + index));
  }
  await session.join('caller', 'agent');
  engine.take();
});

describe('a conference', () => {
  it('links every leg to a seat of its own, and the seats are where the engine takes their audio', async () => {
    await conferences.confer(session, three, nobody);
    expect(mixer.take()).toEqual([
      'open',
      'add :mixer-1 192.0.2.9:30010',
      'add :mixer-2 192.0.2.9:30012',
      'add :mixer-3 192.0.2.9:30014',
    ]);
    const links = engine.take().filter((line) => line.startsWith('answer') && !line.includes('parking'));
    expect(links).toEqual(['answer caller>:mixer-1', 'answer agent>:mixer-2', 'answer target>:mixer-3']);
    expect(three.every((leg) => conferences.has('call', leg))).toBe(true);
  });

  it('that is one already changes nothing', async () => {
    await conferences.confer(session, three, nobody);
    engine.take();
    mixer.take();
    await conferences.confer(session, three, nobody);
    expect([...engine.take(), ...mixer.take()]).toEqual([]);
  });

  it('ends with its last leg; who goes leaves the room', async () => {
    await conferences.confer(session, three, nobody);
    mixer.take();
    conferences.vacate(session, ['agent']);
    expect(mixer.take()).toEqual(['remove :mixer-2']);
    conferences.vacate(session, ['caller', 'target', 'nobody']);
    expect(mixer.take()).toEqual(['remove :mixer-1', 'remove :mixer-3', 'close']);
    expect(conferences.has('call', 'caller')).toBe(false);
  });

  it('parts who holds from the others, until it does not any more', async () => {
    await conferences.confer(session, three, (leg) => leg === 'target');
    engine.take();
    await conferences.held(session, 'target', false);
    expect(engine.take()).toContain('answer target>:mixer-3');
    await conferences.held(session, 'target', true);
    expect(engine.take().filter((line) => line.startsWith('answer'))).toEqual([
      expect.stringMatching(/^answer target>:parking-/),
      expect.stringMatching(/^answer :mixer-3>:parking-/),
    ]);
    await conferences.held(session, 'stranger', true);
    expect(engine.take()).toEqual([]);
  });

  it('that the mixer refuses leaves all as it was, and no seat behind', async () => {
    mixer.fails = (what) => what.startsWith('add :mixer-2');
    await expect(conferences.confer(session, three, nobody)).rejects.toThrow(MixerFailure);
    const asked = mixer.take();
    const removed = asked.filter((line) => line.startsWith('remove')).sort();
    expect(removed).toEqual(['remove :mixer-1', 'remove :mixer-2', 'remove :mixer-3']);
    expect(asked.at(-1)).toBe('close');
    expect(engine.take().filter((line) => /^offer (caller|agent)>/.test(line))).toEqual([]);
    expect(conferences.has('call', 'caller')).toBe(false);
  });

  it('that the engine refuses puts the legs back to where they were', async () => {
    engine.fails = (line) => (line === 'answer target>:mixer-3' ? { kind: 'refused', reason: 'no' } : null);
    await expect(conferences.confer(session, three, nobody)).rejects.toThrow('no');
    const links = engine.take();
    const failed = links.indexOf('answer target>:mixer-3');
    expect(links.slice(failed)).toContain('answer caller>agent');
    expect(mixer.take()).toContain('close');
  });

  it('whose mixer dies is told of, and another can begin', async () => {
    await conferences.confer(session, three, nobody);
    const told: string[] = [];
    conferences.lost(
      () => session,
      (callId) => told.push(callId),
    );
    expect(told).toEqual(['call']);
    mixer.take();
    await conferences.confer(session, three, nobody);
    expect(mixer.take()[0]).toBe('open');
  });

  it('that the engine has made anew is taken at the new places', async () => {
    await conferences.confer(session, three, nobody);
    engine.forget();
    const changes = await session.rebuild();
    const legs = changes.ok ? [...changes.value.keys()] : [];
    mixer.take();
    engine.take();
    await conferences.remade(session, legs);
    expect(mixer.take().filter((line) => line.startsWith('add'))).toHaveLength(3);
    const links = engine.take().filter((line) => line.startsWith('answer'));
    expect(links.map((line) => line.split('>')[0])).toEqual([
      'answer :mixer-1',
      'answer :mixer-2',
      'answer :mixer-3',
    ]);
  });
});
