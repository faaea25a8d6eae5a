import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStereo, runsIn } from '../unit/media/recording/read-stereo.js';
import { recordingsOf } from './harness/recordings.js';
import { voices } from './harness/voice-stage.js';
import { WebStage, webVoices } from './harness/web-stage.js';

/** A browser encrypts what it sends, and speaks Opus: the recording has it in the clear. */
describe('a recorded call of a browser', () => {
  let stage: WebStage;
  beforeAll(async () => {
    stage = await WebStage.open({ policies: { recording: 'always', announceRecording: false } });
  });
  afterAll(() => stage.close());

  it('is heard again, at 16 kHz', async () => {
    const phone = await stage.citizen('opus');
    const { status } = await phone.ask('call', '12345');
    expect(status, stage.phones.log()).toBe(200);
    const { id } = await stage.phones.live('talking');
    await stage.untilHears('agent', 'citizen');
    await sleep(2000);
    await phone.ask('hangUp');
    await stage.phones.phone('agent').untilTalking(false);
    await phone.close();
    const [recording] = await recordingsOf(stage.phones.world.server, id);
    expect(recording).toMatchObject({ outcome: 'kept', cause: null });
    const path = `/v1/recordings/${recording?.id ?? ''}/audio`;
    const audio = await stage.phones.world.server.api.fetch(path);
    const { rate, left, right } = readStereo(Buffer.from(await audio.arrayBuffer()));
    expect(rate).toBe(16_000);
    // Tones lie below 4000 Hz: every second sample is enough.
    const narrow = (samples: Int16Array): Int16Array => samples.filter((_, at) => at % 2 === 0);
    const seconds = (samples: Int16Array, frequency: number): number =>
      runsIn(narrow(samples), [frequency])
        .filter((run) => run.startsWith(`${frequency} x `))
        .reduce((sum, run) => sum + Number(run.split(' x ')[1]) / 50, 0);
    expect(seconds(left, webVoices.citizen), 'the citizen, left').toBeGreaterThan(1.5);
    expect(seconds(right, voices.agent), 'the agent, right').toBeGreaterThan(1.5);
  });
});
