import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { MediaSession } from '../../src/media/rtpengine/media-session.js';
import { expectHearing } from './harness/expect-hearing.js';
import { must, Stage, startEngine, type TestEngine } from './harness/stage.js';
import { writeToneFile } from './harness/tone-file.js';

/** Legs that differ: codecs, address families, keys, holds; and what is left when things fail. */

const folder = mkdtempSync(join(tmpdir(), 'onekey-legs-'));
const music = join(folder, 'music.wav');
let engine: TestEngine;
let stage: Stage;

beforeAll(async () => {
  writeToneFile(music, 1500, 1);
  engine = await startEngine(['127.0.0.1', '::1']);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => stage.close());

it('a target that speaks PCMU alone is understood by a caller who stays with PCMA', async () => {
  stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.add({ name: 'target', frequency: 1100, codec: 'PCMU' });
  await stage.talk('caller', 'agent');
  await stage.invite('target', 'caller');
  expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
  const wanted = { caller: 'target', agent: '', target: 'caller' };
  expectHearing('PCMU target', await stage.listen(), wanted, ['caller', 'target']);
});

it('a target on IPv6 is joined with a caller on IPv4', async () => {
  stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.add({ name: 'target', frequency: 1100, host: '::1' });
  await stage.talk('caller', 'agent');
  const offer = await stage.invite('target', 'caller');
  expect(offer).toContain('c=IN IP6 ::1');
  expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
  const wanted = { caller: 'target', agent: '', target: 'caller' };
  expectHearing('IPv6 target', await stage.listen(), wanted, ['caller', 'target']);
});

it('keys arrive as they are, are reported, and are kept from the caller when blocked', async () => {
  stage = new Stage(engine);
  const caller = await stage.add({ name: 'caller', frequency: 400 });
  const agent = await stage.add({ name: 'agent', frequency: 700 });
  await stage.talk('caller', 'agent');
  engine.keys.length = 0;
  await agent.press(10);
  await sleep(150);
  expect(new Set(caller.events.map((event) => event.event))).toEqual(new Set([10]));
  expect(new Set(caller.events.map((event) => event.payloadType))).toEqual(new Set([101]));

  await must(stage.session.block('agent', { keys: true }));
  caller.events.length = 0;
  await agent.press(7);
  await agent.press(11);
  await sleep(150);
  expect(caller.events).toEqual([]);
  const call = { callId: stage.session.id, leg: 'agent' };
  expect(engine.keys).toEqual([
    { ...call, key: '*', durationMs: 120 },
    { ...call, key: '7', durationMs: 120 },
    { ...call, key: '#', durationMs: 120 },
  ]);

  await must(stage.session.sendKey('agent', '7'));
  await sleep(300);
  expect(new Set(caller.events.map((event) => event.event))).toEqual(new Set([7]));
});

it('a leg that is blocked is not heard, and hears', async () => {
  stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.talk('caller', 'agent');
  await must(stage.session.block('agent', { media: true }));
  expectHearing('muted agent', await stage.listen(), { caller: '', agent: 'caller' }, ['agent']);
  await must(stage.session.block('agent', { media: false }));
  expectHearing('unmuted', await stage.listen(), { caller: 'agent', agent: 'caller' }, ['caller', 'agent']);
});

it('a party that puts us on hold gets the answer that fits, and the other side is told nothing', async () => {
  stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  const agent = await stage.add({ name: 'agent', frequency: 700 });
  await stage.talk('caller', 'agent');
  const toldCaller = stage.session.told('caller');
  const port = /m=audio (\d+)/.exec(stage.session.told('agent') ?? '')?.[1];
  const held = await must(stage.session.offered('agent', agent.sdp({ direction: 'sendonly' })));
  expect(held).toContain('a=recvonly');
  expect(held).toContain(`m=audio ${port} `);
  const resumed = await must(stage.session.offered('agent', agent.sdp()));
  expect(resumed).toContain('a=sendrecv');
  expect(resumed).toContain(`m=audio ${port} `);
  expect(stage.session.told('caller')).toBe(toldCaller);
  expectHearing('resumed', await stage.listen(), { caller: 'agent', agent: 'caller' }, ['caller', 'agent']);
});

it('a caller whose phone refreshes its session keeps the music, and its ports', async () => {
  stage = new Stage(engine);
  const caller = await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.talk('caller', 'agent');
  const told = stage.session.told('caller');
  await must(stage.session.park('caller'));
  await must(stage.session.play('caller', music, 100));
  expect(await must(stage.session.offered('caller', caller.sdp()))).toBe(told);
  expectHearing('refreshed', await stage.listen(), { caller: 'other', agent: '' }, ['caller']);
});

it('a caller who offered PCMA and PCMU and was answered with PCMA stays with it when the target wants PCMU', async () => {
  stage = new Stage(engine);
  const caller = await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.add({ name: 'target', frequency: 1100, codec: 'PCMU' });
  const both = caller
    .sdp()
    .replace('RTP/AVP 8', 'RTP/AVP 8 0')
    .replace('a=ptime', 'a=rtpmap:0 PCMU/8000\r\na=ptime');
  await must(stage.session.offered('caller', both));
  await stage.invite('agent', 'caller');
  const changes = await must(stage.session.join('caller', 'agent'));
  expect(changes.get('caller')).toMatch(/^m=audio \d+ RTP\/AVP 8 101\r$/m);
  caller.talkTo(changes.get('caller') ?? '');
  await stage.invite('target', 'caller');
  expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
  const wanted = { caller: 'target', agent: '', target: 'caller' };
  expectHearing('answered codec', await stage.listen(), wanted, ['caller', 'target']);
});

it('a caller behind NAT is heard and hears, before and after a switch', async () => {
  stage = new Stage(engine);
  const caller = await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.add({ name: 'target', frequency: 1100 });
  // It says a port of its private network; the engine learns the real one from what it sends.
  await must(stage.session.offered('caller', caller.sdp({ port: 9 })));
  await stage.invite('agent', 'caller');
  const changes = await must(stage.session.join('caller', 'agent'));
  caller.talkTo(changes.get('caller') ?? '');
  await sleep(300);
  expectHearing('NAT', await stage.listen(), { caller: 'agent', agent: 'caller', target: '' }, [
    'caller',
    'agent',
  ]);
  await stage.invite('target', 'caller');
  await must(stage.session.join('caller', 'target'));
  await must(stage.session.leave('agent'));
  const wanted = { caller: 'target', agent: '', target: 'caller' };
  expectHearing('NAT, switched', await stage.listen(300, 200), wanted, ['caller', 'target']);
});

it('a session goes on from its snapshot, as after a restart of this program', async () => {
  stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.add({ name: 'target', frequency: 1100 });
  await stage.talk('caller', 'agent');
  const kept = JSON.parse(JSON.stringify(stage.session.snapshot()));
  stage.session = new MediaSession(engine.client, stage.settings, kept);
  await stage.invite('target', 'caller');
  expect(await must(stage.session.join('caller', 'target'))).toEqual(new Map());
  await must(stage.session.leave('agent'));
  const wanted = { caller: 'target', agent: '', target: 'caller' };
  expectHearing('restored', await stage.listen(), wanted, ['caller', 'target']);
});

it('what cannot be done is said, and harms nobody', async () => {
  stage = new Stage(engine);
  await stage.add({ name: 'caller', frequency: 400 });
  await stage.add({ name: 'agent', frequency: 700 });
  await stage.talk('caller', 'agent');
  const { session } = stage;
  const failure = async (step: Promise<{ readonly ok: boolean }>): Promise<unknown> => step;
  expect(await failure(session.join('caller', 'nobody'))).toMatchObject({ failure: { kind: 'unknown-leg' } });
  expect(await failure(session.play('caller', '/x.wav'))).toMatchObject({ failure: { kind: 'joined' } });
  expect(await failure(session.offered('x', 'hello'))).toMatchObject({ failure: { kind: 'no-description' } });
  await must(session.prepare('late', { like: 'caller' }));
  expect(await failure(session.join('caller', 'late'))).toMatchObject({ failure: { kind: 'nothing-said' } });
  await must(session.leave('late'));
  expect(await failure(session.prepare('late'))).toMatchObject({ failure: { kind: 'used-leg' } });
  expectHearing('undisturbed', await stage.listen(), { caller: 'agent', agent: 'caller' }, [
    'caller',
    'agent',
  ]);
  await must(session.park('caller'));
  expect(await failure(session.play('caller', '/no/such.wav'))).toMatchObject({
    failure: { kind: 'unplayable' },
  });
  expect(await failure(session.play('caller', import.meta.filename))).toMatchObject({
    failure: { kind: 'unplayable' },
  });
  expect(await failure(session.sendKey('caller', '1'))).toMatchObject({ failure: { kind: 'not-joined' } });
});
