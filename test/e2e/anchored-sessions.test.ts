import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectHeard, expectUntouched } from './harness/expect-heard.js';
import { hears, VoiceStage } from './harness/voice-stage.js';

/** Sessions that differ: holds, calls without an offer, early media, codecs. */
describe('sessions on anchored media', () => {
  let stage: VoiceStage;
  beforeAll(async () => {
    stage = await VoiceStage.open({ codecs: { third: 'PCMU' } });
  });
  afterEach(async () => {
    await stage.clear();
  });
  afterAll(async () => {
    await stage.close();
  });

  const key = (name: string): string => `sip:${name}@${stage.sip}`;
  const talking = hears({ caller: 'agent', agent: 'caller' });
  const moved = hears({ caller: 'target', target: 'caller' });

  for (const [holder, held] of [
    ['agent', 'caller'],
    ['caller', 'agent'],
  ] as const) {
    it(`the ${holder} holds and comes back: the ${held} hears music and is told nothing`, async () => {
      const number = await stage.talk();
      const music = hears({ [held]: 'other' });
      for (const [direction, answer] of [
        ['sendonly', 'recvonly'],
        ['inactive', 'inactive'],
      ] as const) {
        expect(await stage.phone(holder).reinvite(direction)).toContain(`a=${answer}`);
        expectHeard(`${holder} holds ${direction}`, await stage.listen(), music, [held]);
      }
      const heard = await stage.during(async () => {
        expect(await stage.phone(holder).reinvite('sendrecv')).toContain('a=sendrecv');
      });
      expectHeard('resuming', heard, hears({ [held]: `other ${holder}`, [holder]: held }), [held]);
      expectHeard('resumed', await stage.listen(), talking, ['caller', 'agent']);
      expect(stage.phone(held).sessionChanges).toEqual([]);
      await stage.end(number);
      expectUntouched(stage);
    });
  }

  it('an agent who holds and then transfers: the caller hears music, then the target', async () => {
    const number = await stage.talk();
    await stage.phone('agent').reinvite('sendonly');
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('agent').untilTalking(false);
    });
    expectHeard('held and moved', heard, hears({ caller: 'other target', target: 'caller' }), ['caller']);
    expectHeard('held and moved, after', await stage.listen(), moved, ['caller', 'target']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('an agent who holds, and leaves while the target rings: music, a prompt, the target', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'yes', afterMs: 700 };
    const heard = await stage.during(async () => {
      await stage.phone('agent').reinvite('inactive');
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('agent').hangUp();
      await stage.phone('target').untilTalking();
    });
    const wanted = hears({ caller: 'agent other target', agent: 'caller', target: 'caller' });
    expectHeard('held and left', heard, wanted, ['caller']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('an agent who holds, and whose target is busy: the caller waits on until the agent is back', async () => {
    const number = await stage.talk();
    stage.phone('target').manner = { answer: 'busy', afterMs: 200 };
    await stage.phone('agent').reinvite('sendonly');
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
      await stage.phone('agent').untilReported(486);
      await stage.phone('agent').reinvite('sendrecv');
    });
    const wanted = hears({ caller: 'other agent', agent: 'caller' });
    expectHeard('held, target busy', heard, wanted, ['caller']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('a caller who holds while the agent moves them has the target when they are back', async () => {
    const number = await stage.talk();
    await stage.phone('caller').reinvite('sendonly');
    expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phone('agent').untilTalking(false);
    expectHeard('moved on hold', await stage.listen(), hears({ target: 'other' }), ['target']);
    await stage.phone('caller').reinvite('sendrecv');
    expectHeard('moved on hold, after', await stage.listen(), moved, ['caller', 'target']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('an agent who holds by UPDATE gets what fits', async () => {
    const number = await stage.talk();
    const held = await stage.phone('agent').update('sendonly');
    expect(held).toContain('a=recvonly');
    expectHeard('held by UPDATE', await stage.listen(), hears({ caller: 'other' }), ['caller']);
    expect(await stage.phone('agent').update('sendrecv')).toContain('a=sendrecv');
    expectHeard('resumed by UPDATE', await stage.listen(), talking, ['caller', 'agent']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('a caller who makes no offer talks, and is moved', async () => {
    const number = await stage.talk({ late: true });
    expectHeard('late offer', await stage.listen(), talking, ['caller', 'agent']);
    expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phone('agent').untilTalking(false);
    expectHeard('late offer, moved', await stage.listen(), moved, ['caller', 'target']);
    const { call } = await stage.end(number);
    expectUntouched(stage);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
  });

  it('a caller hears what the desk sends before it answers', async () => {
    stage.phone('agent').manner = { answer: 'yes', afterMs: 900, early: true };
    const from = performance.now();
    const number = await stage.talk();
    const { reports } = stage.between(from, performance.now());
    expect(reports.caller?.order).toEqual(['agent']);
    expect(reports.caller?.packets, 'packets of 20 ms before and after the answer').toBeGreaterThan(35);
    expectHeard('answered after early media', await stage.listen(), talking, ['caller', 'agent']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('what is no audio is refused, and the call goes on as it was', async () => {
    const number = await stage.talk();
    const { voice } = stage.phone('agent');
    const video = `${voice.sdp()}m=video 40000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n`;
    expect(await stage.phone('agent').reoffer(video)).toBe(200);
    const answers = stage
      .phone('agent')
      .messages.filter((one) => one.direction === 'in' && one.what === '200');
    expect(answers.at(-1)?.text).toContain('m=video 0 ');
    expectHeard('video refused', await stage.listen(), talking, ['caller', 'agent']);
    const fax = voice.sdp().replace(/m=audio (\d+) .*/s, 'm=image $1 udptl t38\r\n');
    expect(await stage.phone('agent').reoffer(fax)).toBe(488);
    expectHeard('fax refused', await stage.listen(), talking, ['caller', 'agent']);
    expect(await stage.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phone('agent').untilTalking(false);
    expectHeard('moved all the same', await stage.listen(), moved, ['caller', 'target']);
    await stage.end(number);
    expectUntouched(stage);
  });

  it('a call without audio is refused, and no desk is called', async () => {
    const { voice } = stage.phone('caller');
    const sdp = voice.sdp().replace(/m=audio (\d+) .*/s, 'm=video $1 RTP/AVP 96\r\n');
    const before = stage.phone('agent').messages.length;
    const status = await stage.phone('caller').call('12345', stage.sip, { as: '13900009999', sdp });
    expect(status).toBe(488);
    const refusal = stage.phone('caller').messages.findLast((one) => one.what === '488');
    expect(refusal?.text).toContain('Warning: 304 onekey "Media type not available: calls have audio"');
    expect(stage.phone('agent').messages.slice(before)).toEqual([]);
  });

  it('a target that speaks PCMU alone is understood by a caller who speaks PCMA alone', async () => {
    const number = await stage.talk();
    const heard = await stage.during(async () => {
      expect(await stage.phone('agent').refer(key('*3'))).toBe(202);
      await stage.phone('agent').untilTalking(false);
    });
    expectHeard('PCMU', heard, hears({ caller: 'agent third', agent: 'caller', third: 'caller' }), [
      'caller',
    ]);
    await stage.end(number);
    expectUntouched(stage);
  });
});
