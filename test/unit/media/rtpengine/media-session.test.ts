import { beforeEach, describe, expect, it } from 'vitest';
import { MediaSession } from '../../../../src/media/rtpengine/media-session.js';
import { describeSessionFailure, type Outcome } from '../../../../src/media/rtpengine/session-outcome.js';
import { FakeEngine, sdpOf } from './fake-engine.js';

let engine: FakeEngine;
let session: MediaSession;
const settings = {
  callId: 'call',
  transcode: ['PCMA'],
  parkingAddress: '127.0.0.1',
  newSessionId: () => 7,
};

beforeEach(() => {
  engine = new FakeEngine();
  session = new MediaSession(engine, settings);
});

async function must<T>(step: Promise<Outcome<T>>): Promise<T> {
  const outcome = await step;
  if (!outcome.ok) throw new Error(describeSessionFailure(outcome.failure));
  return outcome.value;
}

/** Caller and agent talk, and a target has answered. */
async function preparedTransfer(): Promise<void> {
  await must(session.offered('caller', sdpOf('192.0.2.1', 4000)));
  for (const [name, port] of [
    ['agent', 5000],
    ['target', 6000],
  ] as const) {
    await must(session.prepare(name, { like: 'caller' }));
    await must(session.answered(name, sdpOf('192.0.2.2', port)));
    if (name === 'agent') await must(session.join('caller', 'agent'));
  }
  engine.take();
}

describe('a browser whose engine has lost the call', () => {
  const browser = (ufrag: string): string =>
    sdpOf('192.0.2.1', 4000)
      .replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF')
      .concat(`a=ice-ufrag:${ufrag}\r\na=fingerprint:sha-256 AA\r\na=setup:actpass\r\n`);

  beforeEach(async () => {
    await must(session.offered('caller', browser('one')));
    await must(session.prepare('agent', { like: 'caller' }));
    await must(session.answered('agent', sdpOf('192.0.2.2', 5000)));
    await must(session.join('caller', 'agent'));
    engine.forget();
    engine.take();
  });

  it('is asked anew from a parking place, and joined again with its answer', async () => {
    const changes = await must(session.rebuild());
    expect([...changes.keys()].sort()).toEqual(['agent', 'caller']);
    const commands = engine.take();
    expect(commands.filter((line) => line.endsWith('>caller'))).toHaveLength(1);
    expect(commands).toContainEqual(expect.stringMatching(/^offer :parking-\d+>caller$/));
    expect(commands.some((line) => line.startsWith('offer caller>'))).toBe(false);
    expect(session.telling('caller')).toBe(changes.get('caller'));
    await must(session.answered('caller', browser('two')));
    const answered = engine.take();
    expect(answered[0]).toMatch(/^answer :parking-\d+>caller$/);
    expect(answered).toContain('offer agent>caller');
  });

  it('is not held to an answer that was on its way before', async () => {
    await must(session.rebuild());
    engine.take();
    await must(session.answered('caller', browser('late')));
    expect(engine.take()).toEqual([]);
    session.telling('caller');
    await must(session.answered('caller', browser('two')));
    expect(engine.take()[0]).toMatch(/^answer /);
  });

  it('is joined with whom it should be by then, or with nobody', async () => {
    await must(session.rebuild());
    await must(session.prepare('target', { like: 'agent' }));
    await must(session.answered('target', sdpOf('192.0.2.3', 6000)));
    engine.take();
    await must(session.join('caller', 'target'));
    expect(engine.take()).toEqual([]);
    session.telling('caller');
    await must(session.answered('caller', browser('two')));
    expect(engine.take()).toContain('offer target>caller');

    await must(session.rebuild());
    await must(session.park('caller'));
    session.telling('caller');
    engine.take();
    await must(session.answered('caller', browser('three')));
    expect(engine.take()).toEqual([expect.stringMatching(/^answer :parking-\d+>caller$/)]);
  });
});

describe('a switch', () => {
  it('cuts off the former partner first, then links, then removes the parking place of the target', async () => {
    await preparedTransfer();
    expect(await must(session.join('caller', 'target'))).toEqual(new Map());
    const commands = engine.take();
    expect(commands.slice(0, 2)).toEqual(['offer agent>:parking-3', 'offer caller>target']);
    expect(commands.slice(2, 4).sort()).toEqual(['answer agent>:parking-3', 'answer caller>target']);
    expect(commands.slice(4)).toEqual(['delete :parking-2']);
  });

  it('that the engine refuses leaves the caller with the agent', async () => {
    await preparedTransfer();
    engine.fails = (line) => (line === 'offer caller>target' ? { kind: 'refused', reason: 'no' } : null);
    expect(await session.join('caller', 'target')).toEqual({
      ok: false,
      failure: { kind: 'refused', reason: 'no' },
    });
    expect(engine.take().at(-1)).toBe('answer agent>caller');
    engine.fails = () => null;
    await must(session.join('caller', 'target'));
    expect(engine.take()[0]).toMatch(/^offer agent>:parking-/);
  });

  it('tells legs whose ports the engine does not know any more', async () => {
    await preparedTransfer();
    engine.forget();
    const changes = await must(session.join('caller', 'target'));
    expect([...changes.keys()]).toEqual(['caller', 'target']);
    expect(changes.get('caller')).toContain('o=onekey 7 2 IN IP4 192.0.2.9');
  });

  it('stops what plays to those that are joined', async () => {
    await preparedTransfer();
    engine.extra = { duration: 2000 };
    await must(session.park('caller'));
    expect(await must(session.play('caller', '/p.wav', 3))).toEqual({ durationMs: 6000, changes: new Map() });
    engine.take();
    await must(session.join('caller', 'target'));
    expect(engine.take()).toContain('stop media caller');
  });
});

describe('a leg that leaves', () => {
  it('is deleted at once, after its partner was parked', async () => {
    await preparedTransfer();
    await must(session.leave('agent'));
    expect(engine.take()).toEqual(['offer caller>:parking-3', 'answer caller>:parking-3', 'delete agent']);
    expect(engine.fields.at(-1)).toMatchObject({ 'delete delay': 0 });
  });

  it('is kept when its partner could not be parked, because the engine would delete that as well', async () => {
    await preparedTransfer();
    engine.fails = (line) => (line.startsWith('offer caller>') ? { kind: 'timeout', afterMs: 1 } : null);
    expect((await session.leave('agent')).ok).toBe(false);
    expect(engine.take().some((line) => line.startsWith('delete'))).toBe(false);
    engine.fails = () => null;
    await must(session.leave('agent'));
    expect(engine.take().at(-1)).toBe('delete agent');
  });

  it('takes the call with it when it was the last', async () => {
    await must(session.prepare('only'));
    engine.take();
    await must(session.leave('only'));
    expect(engine.take()).toEqual(['delete']);
  });
});

describe('descriptions', () => {
  it('are told to a leg once: what parties say later changes nothing for the others', async () => {
    await preparedTransfer();
    const told = session.told('caller');
    expect(told).toContain('o=onekey 7 1 IN IP4 192.0.2.9');
    await must(session.offered('agent', sdpOf('192.0.2.2', 5002, 'a=sendonly\r\n')));
    await must(session.join('caller', 'target'));
    await must(session.park('caller'));
    expect(session.told('caller')).toBe(told);
  });

  it('of a 200 that repeats its 183 are not given to the engine again', async () => {
    await preparedTransfer();
    await must(session.answered('target', sdpOf('192.0.2.2', 6000).replace('o=x 1 1', 'o=x 1 2')));
    expect(engine.take().length).toBeGreaterThan(0);
    await must(session.answered('target', sdpOf('192.0.2.2', 6000).replace('o=x 1 1', 'o=x 1 2')));
    expect(engine.take()).toEqual([]);
  });

  it('that cannot be used change nothing', async () => {
    await preparedTransfer();
    const before = session.snapshot();
    expect(await session.offered('caller', 'nonsense')).toMatchObject({
      failure: { kind: 'no-description' },
    });
    const noAudio = sdpOf('192.0.2.1', 0);
    expect(await session.offered('caller', noAudio)).toEqual({ ok: false, failure: { kind: 'no-audio' } });
    engine.fails = () => ({ kind: 'timeout', afterMs: 1 });
    expect((await session.offered('caller', sdpOf('192.0.2.1', 4002))).ok).toBe(false);
    expect(session.snapshot()).toEqual(before);
  });

  it('offer the codecs and numbers of the leg that will be talked with', async () => {
    const caller = sdpOf('192.0.2.1', 4000).replaceAll('101', '96').replace('RTP/AVP 8', 'RTP/AVP 9 8');
    await must(session.offered('caller', caller));
    await must(session.prepare('agent', { like: 'caller' }));
    const { sdp } = engine.fields.at(-1) ?? {};
    expect(sdp).toContain('m=audio 9 RTP/AVP 9 8 96\r\n');
    expect(sdp).toContain('a=rtpmap:96 telephone-event/8000');
    expect(sdp).toContain('c=IN IP4 127.0.0.1');
  });
});

describe('steps', () => {
  it('are taken in the order in which they were asked for', async () => {
    await must(session.offered('caller', sdpOf('192.0.2.1', 4000)));
    const all = [
      session.prepare('agent', { like: 'caller' }),
      session.answered('agent', sdpOf('192.0.2.2', 5000)),
      session.join('caller', 'agent'),
      session.end(),
      session.park('caller'),
    ];
    const outcomes = await Promise.all(all);
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true, true, true, false]);
    expect(outcomes[4]).toEqual({ ok: false, failure: { kind: 'ended' } });
  });

  it('that would be too many are refused, and so are legs', async () => {
    const many = Array.from({ length: 70 }, (_, index) => session.prepare(`leg${index}`));
    const outcomes = await Promise.all(many);
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(64);
    expect(outcomes[69]).toEqual({ ok: false, failure: { kind: 'too-many', what: 'steps' } });
    for (let index = 64; index < 256; index += 1) await must(session.prepare(`later${index}`));
    expect(await session.prepare('next')).toEqual({ ok: false, failure: { kind: 'too-many', what: 'legs' } });
  });

  it('on names that are not there, or were', async () => {
    expect(await session.park('x')).toEqual({ ok: false, failure: { kind: 'unknown-leg', leg: 'x' } });
    await must(session.prepare('x'));
    expect(await session.join('x', 'x')).toEqual({ ok: false, failure: { kind: 'same-leg', leg: 'x' } });
    await must(session.leave('x'));
    expect(await session.prepare('x')).toEqual({ ok: false, failure: { kind: 'used-leg', leg: 'x' } });
    expect(await session.prepare(':parking-9')).toMatchObject({ failure: { kind: 'used-leg' } });
  });
});

it('a call that the engine lost is made again as it was', async () => {
  await preparedTransfer();
  await must(session.block('agent', { keys: true }));
  engine.forget();
  engine.take();
  const changes = await must(session.rebuild());
  expect([...changes.keys()].sort()).toEqual(['agent', 'caller', 'target']);
  expect(engine.take()).toEqual([
    'delete',
    'offer caller>agent',
    'answer caller>agent',
    'block DTMF agent',
    'offer target>:parking-2',
    'answer target>:parking-2',
  ]);
});

it('a session that is recorded is so after a new start of the engine, and on another one', async () => {
  await preparedTransfer();
  await must(session.record(true));
  engine.forget();
  await must(session.rebuild());
  expect(engine.take().at(-1)).toBe('start recording');
  const next = new MediaSession(engine, settings, JSON.parse(JSON.stringify(session.snapshot())));
  await must(next.rebuild());
  expect(engine.take().at(-1)).toBe('start recording');
  await must(next.record(false));
  await must(next.rebuild());
  expect(engine.take()).not.toContain('start recording');
});

it('a session goes on from its snapshot', async () => {
  await preparedTransfer();
  const kept = JSON.parse(JSON.stringify(session.snapshot()));
  const next = new MediaSession(engine, settings, kept);
  expect(await must(next.join('caller', 'target'))).toEqual(new Map());
  expect(next.told('caller')).toBe(session.told('caller'));
});
