import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BrowserPhone } from './harness/browser-phone.js';
import { engineOf } from './harness/engine-of.js';
import { mixing } from './harness/voice-stage.js';
import { until } from './harness/wait.js';
import { WebStage } from './harness/web-stage.js';

/** Parties in a real browser, who speak WebRTC, and plain telephones: who hears whom. */
describe('a party in a browser', () => {
  let stage: WebStage;
  let citizen: BrowserPhone | undefined;
  beforeAll(async () => {
    stage = await WebStage.open({ codecs: { target: 'PCMU' }, media: mixing });
  });
  afterEach(async () => {
    await citizen?.close();
    citizen = undefined;
    await stage.desk.hangUp();
    stage.desk.answerAfterMs = 0;
    await stage.phones.clear();
  });
  afterAll(async () => {
    await stage.close();
  });

  const key = (name: string): string => `sip:${name}@${stage.phones.sip}`;

  /** A citizen's browser calls; gives it once both hear each other. */
  async function called(number: string, codec: 'opus' | null = null): Promise<BrowserPhone> {
    const phone = await stage.citizen(codec);
    citizen = phone;
    const { status, audioMs } = await phone.ask('call', number);
    expect(status, stage.phones.log()).toBe(200);
    expect(audioMs, 'milliseconds until the citizen heard somebody').not.toBeNull();
    return phone;
  }

  it('calls, is answered by a telephone, and is moved: the browser is told nothing', async () => {
    const phone = await called('12345');
    await stage.untilHears(phone, 'agent');
    await stage.untilHears('agent', 'citizen');
    expect(await phone.ask('figures')).toMatchObject({
      codec: 'audio/PCMA',
      lost: 0,
      dtlsState: 'connected',
    });
    expect(await stage.phones.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phones.phone('agent').untilTalking(false);
    await stage.untilHears(phone, 'target');
    await stage.untilHears('target', 'citizen');
    expect(await phone.ask('asked')).toEqual([]);
    await phone.ask('hangUp');
    await stage.phones.phone('target').untilTalking(false);
  });

  it('that speaks opus alone is understood by telephones that do not', async () => {
    const phone = await called('12345', 'opus');
    expect(await phone.ask('figures')).toMatchObject({ codec: 'audio/opus' });
    await stage.untilHears(phone, 'agent');
    await stage.untilHears('agent', 'citizen');
    await phone.ask('hold', true);
    await stage.untilHears('agent', 'other');
    await phone.ask('hold', false);
    await stage.untilHears('agent', 'citizen');
    await stage.untilHears(phone, 'agent');
  });

  it('that speaks opus alone is heard by a supervisor at a telephone, who whispers to the agent', async () => {
    const phone = await called('12345', 'opus');
    await stage.untilHears('agent', 'citizen');
    const { id } = await stage.phones.live('talking');
    await stage.phones.post(`/v1/calls/${id}/monitor`, { member: 'duty', extension: '3009' });
    const both = async (who: 'duty' | 'agent', ...voices: readonly string[]): Promise<void> => {
      await until(`${who} to hear ${voices.join(' and ')}`, async () => {
        const heard = (await stage.heardBy(who)).flatMap((voice) => voice.split('+'));
        return voices.every((voice) => heard.includes(voice)) ? true : undefined;
      });
    };
    await both('duty', 'citizen', 'agent');
    await stage.untilHears('agent', 'citizen');
    const { api } = stage.phones.world.server;
    expect(await api.ask('PATCH', `/v1/calls/${id}/monitor`, { mode: 'whisper' })).toMatchObject({
      status: 200,
    });
    await both('agent', 'citizen', 'duty');
    await both('duty', 'citizen', 'agent');
    await stage.untilHears(phone, 'agent');
    expect(await phone.ask('asked')).toEqual([]);
  });

  it('is a supervisor, who hears a call of telephones', async () => {
    expect(await stage.phones.phone('caller').call('12345', stage.phones.sip, { as: '13900009004' })).toBe(
      200,
    );
    const { id } = await stage.phones.live('talking');
    await stage.phones.post(`/v1/calls/${id}/monitor`, { member: 'youth', extension: '5509' });
    await stage.desk.untilTalking();
    await stage.untilGetsAudio(stage.desk.phone);
    expect(stage.desk.offered).toContain('UDP/TLS/RTP/SAVPF');
    await stage.untilHears('caller', 'agent');
    await stage.desk.hangUp();
    await stage.untilHears('agent', 'caller');
  });

  it('is a desk: it is called by a telephone, consults, takes back and transfers', async () => {
    const caller = stage.phones.phone('caller');
    expect(await caller.call('12355', stage.phones.sip, { as: '13900009001' })).toBe(200);
    expect(stage.desk.offered).toContain('UDP/TLS/RTP/SAVPF');
    await stage.untilHears('caller', 'desk12355');
    await stage.untilHears(stage.desk.phone, 'caller');

    const { id } = await stage.phones.live('talking');
    await stage.phones.post(`/v1/calls/${id}/transfers`, { to: '110', mode: 'consult' });
    await stage.phones.live('consulting');
    await stage.untilHears(stage.desk.phone, 'target');
    await stage.untilHears('target', 'desk12355');
    await stage.untilHears('caller', 'other');
    await stage.phones.post(`/v1/calls/${id}/transfer/cancel`);
    await stage.phones.phone('target').untilTalking(false);
    await stage.untilGetsAudio(stage.desk.phone);
    await stage.untilHears('caller', 'desk12355');

    await stage.desk.phone.ask('press', '*2');
    await stage.phones.phone('target').untilTalking();
    await stage.desk.untilTalking(false);
    await stage.untilHears('caller', 'target');
    expect(stage.desk.sessionChanges).toBe(0);
    expect(caller.sessionChanges).toEqual([]);
    expect(caller.voice.keysHeard()).toEqual([]);
  });

  it('is moved to a desk in another browser, and from there to a telephone', async () => {
    const phone = await called('12345');
    expect(await stage.phones.phone('agent').refer(key('*4'))).toBe(202);
    await stage.phones.phone('agent').untilTalking(false);
    await stage.untilHears(phone, 'desk12355');
    await stage.untilHears(stage.desk.phone, 'citizen');
    expect(await stage.desk.refer(key('*2'))).toBe(202);
    await stage.desk.untilTalking(false);
    await stage.untilHears(phone, 'target');
    await stage.untilHears('target', 'citizen');
    expect(await phone.ask('asked')).toEqual([]);
  });

  it('is a desk that a telephone of another call is joined with: it is told its new place, once', async () => {
    const caller = stage.phones.phone('caller');
    expect(await caller.call('12345', stage.phones.sip, { as: '13900009002' })).toBe(200);
    const desk = stage.phones.phone('desk');
    expect(await desk.call('12355', stage.phones.sip, { as: '8002' })).toBe(200);
    await stage.untilHears(stage.desk.phone, 'desk');
    const replaces = encodeURIComponent(desk.replaces);
    const to = `sip:12355@${stage.phones.sip}?Replaces=${replaces}`;
    expect(await stage.phones.phone('agent').refer(to)).toBe(202);
    await stage.untilHears('caller', 'desk12355');
    await stage.untilHears(stage.desk.phone, 'caller');
    expect(stage.desk.sessionChanges).toBe(1);
    expect(caller.sessionChanges).toEqual([]);
  });

  it('hears again when the media server was killed, and is moved after that', async () => {
    const phone = await called('12345');
    const { server } = stage.phones.world;
    process.kill(engineOf(server)?.pid ?? 0, 'SIGKILL');
    await until('the browser to be told the new place', async () =>
      (await phone.ask('asked')).includes('INVITE') ? true : undefined,
    );
    await stage.untilHears('agent', 'citizen');
    await stage.untilGetsAudio(phone);
    const told = (await phone.ask('asked')).length;
    expect(await stage.phones.phone('agent').refer(key('*2'))).toBe(202);
    await stage.phones.phone('agent').untilTalking(false);
    await stage.untilHears(phone, 'target');
    await stage.untilHears('target', 'citizen');
    expect(await phone.ask('asked')).toHaveLength(told);
  });
});
