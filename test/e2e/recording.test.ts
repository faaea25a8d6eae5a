import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readStereo } from '../unit/media/recording/read-stereo.js';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { heardOn, type Part, recordingsOf, spoolOf } from './harness/recordings.js';
import { hears, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** Calls that the dial plan wants recorded, without a word to the caller. */
describe('a recorded call', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open({ policies: { recording: 'always', announceRecording: false } });
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
});
