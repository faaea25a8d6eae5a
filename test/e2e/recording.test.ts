import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { toneShare } from '../../src/cli/demo/rtp/goertzel.js';
import { readStereo } from '../unit/media/recording/read-stereo.js';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { heardOn, type Part, recordingsOf, spoolOf } from './harness/recordings.js';
import { Server } from './harness/server.js';
import { hears, mixing, type Player, VoiceStage, voices } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** Calls that the dial plan wants recorded, without a word to the caller. */
describe('a recorded call', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open({
      policies: { recording: 'always', announceRecording: false },
      media: mixing,
    });
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  async function fetchAudio(id: string, headers: Record<string, string> = {}): Promise<Response> {
    return stage.world.server.api.fetch(`/v1/recordings/${id}/audio`, headers);
  }

  it('that is transferred is heard again: the caller left, agent and target right, one after the other', async () => {
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    await sleep(1500);
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
      await stage.phone('agent').untilTalking(false);
    });
    expectHeard('recorded', heard, hears({ caller: 'agent target', agent: 'caller', target: 'caller' }), [
      'caller',
    ]);
    await sleep(1500);
    const { call } = await stage.end(number);
    expectUntouched(stage);
    const [recording] = await recordingsOf(stage.world.server, id);
    expect(recording).toMatchObject({
      outcome: 'kept',
      trigger: 'policy',
      endedBy: 'call',
      cause: null,
      announcedAt: null,
      voices: [
        { channel: 'left', role: 'caller', member: null },
        { channel: 'right', role: 'agent', member: 'city' },
        { channel: 'right', role: 'target', member: 'police' },
      ],
    });
    if (recording === undefined) throw new Error('no recording');
    const audio = Buffer.from(await (await fetchAudio(recording.id)).arrayBuffer());
    expect(createHash('sha256').update(audio).digest('hex')).toBe(recording.sha256);
    const { left, right } = heardOn(audio);
    const people = (parts: readonly Part[]) => parts.flatMap(({ who }) => (who === null ? [] : [who]));
    expect(people(left)).toEqual(['caller']);
    expect(people(right)).toEqual(['agent', 'target']);
    for (const { who, ms } of right) if (who !== null) expect(ms, who).toBeGreaterThan(1200);

    // As long as the ledger says, to 100 ms, and from the answer to the end of the call.
    const { startedAt, endedAt, durationMs } = recording;
    expect(Math.abs(endedAt.getTime() - startedAt.getTime() - (durationMs ?? 0))).toBeLessThan(100);
    expect(Math.abs((readStereo(audio).left.length / 8000) * 1000 - (durationMs ?? 0))).toBeLessThan(1);
    expect(Math.abs(startedAt.getTime() - (call.answeredAt?.getTime() ?? 0))).toBeLessThan(100);
    expect(Math.abs(endedAt.getTime() - call.endedAt.getTime())).toBeLessThan(100);
    await until('the spool to be empty', () => (spoolOf(stage.world.server).length === 0 ? true : undefined));

    const part = await fetchAudio(recording.id, { range: 'bytes=0-43' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 0-43/${audio.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(audio.subarray(0, 44))).toBe(true);
    const audits = await stage.world.server.api.get(`/v1/audits?subject=${recording.id}`);
    expect(audits).toMatchObject({ items: [{ actor: 'api-token', action: 'recording-played' }] });
  });

  it('that becomes a conference has all but the caller on the right; a supervisor who joins is in none', async () => {
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    await stage.post(`/v1/calls/${id}/monitor`, { member: 'duty', extension: '3009' });
    await until('the supervisor to be heard', async () => {
      const { status } = await stage.world.server.api.ask('PATCH', `/v1/calls/${id}/monitor`, {
        mode: 'join',
      });
      return status === 200 ? true : undefined;
    });
    await sleep(800);
    await stage.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'conference' });
    await stage.live('conferring');
    await sleep(1500);
    await stage.post(`/v1/calls/${id}/transfer/complete`);
    await stage.phone('agent').untilTalking(false);
    await sleep(1000);
    const { transfers } = await stage.end(number);
    expectUntouched(stage);
    expect(transfers).toMatchObject([{ mode: 'conference', outcome: 'completed' }]);
    const [recording] = await recordingsOf(stage.world.server, id);
    if (recording === undefined) throw new Error('no recording');
    expect(recording).toMatchObject({ outcome: 'kept', cause: null });
    expect(recording.voices.map(({ channel, role }) => `${channel} ${role}`)).toEqual([
      'left caller',
      'right agent',
      'right target',
    ]);
    const [, agent, target] = recording.voices;
    const audio = Buffer.from(await (await fetchAudio(recording.id)).arrayBuffer());
    const { left, right } = readStereo(audio);
    const people = heardOn(audio);
    expect(new Set(people.left.flatMap(({ who }) => who ?? []))).toEqual(new Set(['caller']));
    const others = people.right.flatMap(({ who }) => who ?? []);
    expect([others[0], others.at(-1), new Set(others).size]).toEqual(['agent', 'target', 2]);
    // While all three spoke; apart from its edges.
    const at = (time: Date | undefined): number =>
      ((time?.getTime() ?? 0) - recording.startedAt.getTime()) * 8;
    const [from, to] = [at(target?.fromAt) + 2400, at(agent?.toAt) - 2400];
    expect(to - from).toBeGreaterThan(4000);
    const share = (channel: Int16Array, who: Player): number =>
      toneShare(channel.subarray(from, from + 4000), voices[who]);
    expect(share(right, 'agent')).toBeGreaterThan(0.3);
    expect(share(right, 'target')).toBeGreaterThan(0.3);
    expect(share(left, 'caller')).toBeGreaterThan(0.9);
    for (const channel of [left, right]) expect(toneShare(channel, voices.duty)).toBeLessThan(0.01);
  });
});

/** Recordings that somebody asks for, of which caller and agent are told. */
describe('a call that is recorded on demand', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open();
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it('is from the request to the next one; both are told first, and the caller’s phone is not', async () => {
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    const live = () => stage.world.server.api.get(`/v1/calls/live/${id}`);
    expect(await live()).toMatchObject({ recording: null });
    const heard = await stage.during(async () => {
      await stage.post(`/v1/calls/${id}/recording/start`);
      await until('the recording', async () => (await recordedNow(stage)) === id || undefined);
    });
    const toldFirst = hears({ caller: 'agent other agent', agent: 'caller other caller' });
    // Without its pauses, which are as long as whoever spoke it made them.
    expectHeard('told', heard, toldFirst, []);
    const gap = heard.reports.caller?.largestGapMs;
    expect(gap, 'gap at the caller').toBeLessThan(Math.max(120, heard.referenceGapMs + 80));
    expect(await live()).toMatchObject({ recording: { trigger: 'request', requestedBy: 'api-token' } });
    await sleep(800);
    await stage.post(`/v1/calls/${id}/recording/stop`);
    await sleep(300);
    const { call } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller' });
    const [recording] = await recordingsOf(stage.world.server, id);
    expect(recording).toMatchObject({
      outcome: 'kept',
      endedBy: 'request',
      requestedBy: 'api-token',
      announcedAt: expect.any(String),
    });
    const audio = await stage.world.server.api.fetch(`/v1/recordings/${recording?.id ?? ''}/audio`);
    const { left, right } = heardOn(Buffer.from(await audio.arrayBuffer()));
    expect(left.map(({ who }) => who)).toContain('caller');
    expect(right.map(({ who }) => who)).toContain('agent');
    const { items } = z
      .object({ items: z.array(z.object({ action: z.string() })) })
      .parse(await stage.world.server.api.get(`/v1/audits?callId=${id}&order=oldest`));
    expect(items.map(({ action }) => action)).toEqual([
      'recording-started',
      'recording-stopped',
      'recording-played',
    ]);
  });

  it('is told, and the transfer of it goes on as ever, when the agent transfers during the prompt', async () => {
    const number = await stage.talk();
    const { id } = await stage.live('talking');
    await stage.post(`/v1/calls/${id}/recording/start`);
    await sleep(300);
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await stage.phone('agent').untilTalking(false);
    expectHeard('moved', await stage.listen(), hears({ caller: 'target', target: 'caller' }), []);
    // 110 is an emergency member: nobody waits for a prompt.
    await until('the recording', async () => (await recordedNow(stage)) === id || undefined);
    const { transfers } = await stage.end(number);
    expect(transfers).toMatchObject([{ outcome: 'completed' }]);
    const [recording] = await recordingsOf(stage.world.server, id);
    expect(recording?.voices.map(({ member }) => member)).toEqual([null, 'police']);
  });
});

/** The call that is being recorded; null when none is. */
async function recordedNow(stage: VoiceStage): Promise<string | null> {
  const calls = z.object({ items: z.array(z.object({ id: z.string(), recording: z.unknown() })) });
  const { items } = calls.parse(await stage.world.server.api.get('/v1/calls/live'));
  return items.find(({ recording }) => recording !== null)?.id ?? null;
}

describe('a recording that fails', () => {
  let stage: VoiceStage | undefined;
  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });
  const policies = { recording: 'always', announceRecording: false };

  /** A transferred call that goes as if nothing were amiss; gives its id. */
  async function callThatGoesWell(on: VoiceStage, talkMs = 0): Promise<string> {
    const number = await on.talk();
    const { id } = await on.live('talking');
    expectHeard('not recorded', await on.listen(), hears({ caller: 'agent', agent: 'caller' }), []);
    await sleep(talkMs);
    expect(await on.phone('agent').refer(`sip:*2@${on.sip}`)).toBe(202);
    await on.phone('agent').untilTalking(false);
    const { call, transfers } = await on.end(number);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', lastMember: 'police' });
    expect(transfers).toMatchObject([{ outcome: 'completed' }]);
    expectUntouched(on);
    return id;
  }

  it('because the folder cannot be written does the call no harm, and health says so', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'onekey-no-folder-')), 'file');
    writeFileSync(file, '');
    stage = await VoiceStage.open({
      policies,
      settings: { recording: { folder: join(file, 'recordings') } },
    });
    const id = await callThatGoesWell(stage);
    const { server } = stage.world;
    expect(await recordingsOf(server, id)).toMatchObject([{ outcome: 'failed', cause: 'unavailable' }]);
    const { body } = await server.api.ask('GET', '/healthz');
    expect(JSON.stringify(body)).toContain('nothing can be recorded');
    expect(await server.api.metrics()).toMatch(/^onekey_recordings_failed_total 1$/m);
    rmSync(dirname(file), { recursive: true, force: true });
  });

  it('because the disk is full does the call no harm', async () => {
    stage = await VoiceStage.open({ policies, settings: { recording: { minFreeMegabytes: 1_000_000 } } });
    const id = await callThatGoesWell(stage);
    const rows = await recordingsOf(stage.world.server, id);
    expect(rows).toMatchObject([{ outcome: 'failed', cause: 'no-space', file: null }]);
    expect(JSON.stringify((await stage.world.server.api.ask('GET', '/healthz')).body)).toContain(
      'nearly full',
    );
  });

  it('because the media server writes nothing is told of while the call goes on', async () => {
    stage = await VoiceStage.open({ policies });
    // Where rtpengine writes is a file now.
    const captures = join(stage.world.server.dataFolder, 'recordings', 'spool', 'engine');
    for (const folder of ['pcaps', 'tmp']) {
      rmSync(join(captures, folder), { recursive: true });
      writeFileSync(join(captures, folder), '');
    }
    const id = await callThatGoesWell(stage, 2200);
    const rows = await recordingsOf(stage.world.server, id);
    expect(rows).toMatchObject([{ outcome: 'failed', cause: 'not-written', file: null }]);
    expect(await stage.world.server.api.metrics()).toMatch(/^onekey_recordings_failed_total 1$/m);
  });
});

describe('a crash (kill -9) during a recorded call', () => {
  it('leaves a recording that the next start finishes, and another begins for the call that goes on', async () => {
    const stage = await VoiceStage.open({ policies: { recording: 'always', announceRecording: false } });
    await stage.talk();
    const { id } = await stage.live('talking');
    await sleep(2500);
    const { options, ports } = stage.world.server;
    await stage.world.server.crash();
    const crashedAt = Date.now();
    stage.world.server = await Server.start({ ...options, ports });
    await until('the call to be recorded again', async () => (await recordedNow(stage)) === id || undefined);
    await sleep(1500);
    await stage.clear();
    const { server } = stage.world;
    const rows = await recordingsOf(server, id, 2);
    expect(rows.map(({ outcome, endedBy, cause }) => [outcome, endedBy, cause])).toEqual([
      ['kept', 'crash', null],
      ['kept', 'call', null],
    ]);
    // What rtpengine still had when it was asked to end is in it as well.
    const lost = crashedAt - (rows[0]?.endedAt.getTime() ?? 0);
    console.log(
      `recording of a call under a crash: ${rows[0]?.durationMs} ms, ends ${lost} ms before the crash`,
    );
    expect(lost).toBeLessThan(500);
    for (const { id: recording } of rows) {
      const audio = await server.api.fetch(`/v1/recordings/${recording}/audio`);
      const { left, right } = heardOn(Buffer.from(await audio.arrayBuffer()));
      const heard = (parts: readonly Part[], who: string): number =>
        parts.reduce((sum, part) => sum + (part.who === who ? part.ms : 0), 0);
      expect(heard(left, 'caller'), `${recording}, left`).toBeGreaterThan(700);
      expect(heard(right, 'agent'), `${recording}, right`).toBeGreaterThan(700);
    }
    await until('the spool to be empty', () => (spoolOf(server).length === 0 ? true : undefined));
    await stage.close();
  });
});
