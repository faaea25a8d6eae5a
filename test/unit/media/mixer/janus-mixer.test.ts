import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MediaClock, systemClock } from '../../../../src/media/clock.js';
import { silentLog } from '../../../../src/media/log.js';
import { JanusClient } from '../../../../src/media/mixer/janus-client.js';
import { JanusMixer } from '../../../../src/media/mixer/janus-mixer.js';
import { MixerFailure } from '../../../../src/media/mixer/mixer.js';
import { FakeJanus } from './fake-janus.js';

const at = { address: '192.0.2.1', port: 40_000 };

let janus: FakeJanus;
let mixer: JanusMixer;
let client: JanusClient;

async function connect(clock: MediaClock = systemClock, secret = 'secret'): Promise<JanusClient | null> {
  return JanusClient.connect({ url: janus.url, secret }, clock);
}

beforeEach(async () => {
  janus = await FakeJanus.open();
  mixer = new JanusMixer(silentLog);
  const connected = await connect();
  if (connected === null) throw new Error('no connection');
  client = connected;
  mixer.connected(client);
});

afterEach(async () => {
  client.close('the test is over');
  await janus.close();
});

describe('rooms of Janus', () => {
  it('are made for G.711, and participants join by plain RTP', async () => {
    const room = await mixer.open();
    expect(await room.add('caller', at, { muted: true })).toEqual({ address: '127.0.0.1', port: 33_000 });
    expect(mixer.figures()).toEqual({ up: true, rooms: 1, seats: 1 });
    await room.mute('caller', false);
    await room.remove('caller');
    await room.remove('caller');
    await room.close();
    await room.close();
    expect(mixer.figures()).toEqual({ up: true, rooms: 0, seats: 0 });
    expect(janus.asked).toMatchObject([
      { request: 'list' },
      { request: 'create', sampling_rate: 8000, allow_rtp_participants: true },
      { request: 'join', codec: 'pcma', muted: true, rtp: { ip: '192.0.2.1', port: 40_000 } },
      { request: 'configure', muted: false },
      { request: 'destroy' },
    ]);
  });

  it('that a killed run of ours left empty are closed; no others are', async () => {
    janus.list = [
      { room: 1, description: 'onekey', num_participants: 0 },
      { room: 2, description: 'onekey', num_participants: 2 },
      { room: 3, description: 'Demo Room', num_participants: 0 },
    ];
    await mixer.open();
    await mixer.open();
    expect(janus.asked.map(({ request }) => request)).toEqual(['list', 'destroy', 'create', 'create']);
  });

  it('that are refused say why', async () => {
    janus.refuse = 'No such room';
    await expect(mixer.open()).rejects.toThrow('Janus refuses create: No such room');
  });

  it('have nobody to mute who is not there', async () => {
    const room = await mixer.open();
    await expect(room.mute('nobody', true)).rejects.toThrow(MixerFailure);
  });

  it('are gone with the connection', async () => {
    const room = await mixer.open();
    janus.drop();
    await client.closed;
    mixer.lost();
    expect(mixer.up).toBe(false);
    expect(mixer.figures()).toEqual({ up: false, rooms: 0, seats: 0 });
    await expect(room.add('caller', at, { muted: false })).rejects.toThrow(MixerFailure);
    await expect(mixer.open()).rejects.toThrow(MixerFailure);
  });
});

describe('a connection to Janus', () => {
  it('is none with a wrong secret, or where nobody listens', async () => {
    expect(await connect(systemClock, 'wrong')).toBeNull();
    expect(await JanusClient.connect({ url: 'ws://127.0.0.1:1', secret: '' }, systemClock)).toBeNull();
  });

  it('is given up when a question has no answer for a second, and every question with it', async () => {
    const timers: { readonly ms: number; readonly fire: () => void }[] = [];
    const clock: MediaClock = {
      now: () => 0,
      after: (ms, fire) => {
        timers.push({ ms, fire });
        return { cancel: () => undefined };
      },
    };
    const other = await connect(clock);
    janus.mute = ['attach', 'message'];
    const questions = Promise.allSettled([other?.attach(), other?.request(1, { request: 'list' })]);
    timers.findLast(({ ms }) => ms === 1000)?.fire();
    expect(await other?.closed).toBe('no answer to message');
    expect((await questions).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('is not troubled by what it did not ask for', async () => {
    for (const text of ['', '{', '[]', '{"janus":7}', '{"janus":"event","transaction":"999"}'])
      janus.say(text);
    expect(await client.attach()).toBeGreaterThan(0);
  });
});
