import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectHeard } from './harness/expect-heard.js';
import type { DialPlanFile } from './harness/plan.js';
import { Server } from './harness/server.js';
import { hears, VoiceStage } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

/** Who hears whom when a caller is called back: through a media server, and from phone to phone. */
describe.each(['rtpengine', 'direct'] as const)('a call back, media %s', (anchor) => {
  const talking = hears({ caller: 'agent', agent: 'caller' });
  let stage: VoiceStage;
  beforeAll(async () => {
    const policies = { announcement: { prompt: null } };
    const settings = { calls: { drainSeconds: 0 } };
    stage = await VoiceStage.open({ media: { anchor }, plan: withWayOut, policies, settings });
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  /** The carrier takes calls, too. */
  function withWayOut(plan: DialPlanFile): DialPlanFile {
    const line = plan.trunks['city-line'] as { readonly sources: readonly [string] };
    const trunk = { ...line, gateways: [`${line.sources[0]}/udp`] };
    return { ...plan, trunks: { ...plan.trunks, 'city-line': trunk } };
  }

  /** The agent’s phone is busy, and so is the duty desk's: the caller has reached nobody. */
  async function missedCall(number: string): Promise<string> {
    for (const name of ['agent', 'duty'] as const) stage.phone(name).manner = { answer: 'busy', afterMs: 0 };
    await stage.phone('caller').call('12345', stage.sip, { as: number });
    for (const name of ['agent', 'duty'] as const) stage.phone(name).manner = { answer: 'yes', afterMs: 0 };
    const { call } = await stage.world.traceOf(number);
    expect(call.missed).toBe(true);
    return call.id;
  }

  const callBack = (id: string) => stage.post(`/v1/missed-calls/${id}/call-back`, { extension: '8001' });

  async function whole(id: string) {
    return until('the call back to be in the ledger', async () => {
      const [call] = await stage.world.server.api.calls(`callBackOf=${id}`);
      return call;
    });
  }

  it('brings agent and caller together, and the caller on to another hotline with one key', async () => {
    const missed = await missedCall('13900000101');
    stage.phone('caller').manner = { answer: 'yes', afterMs: 700 };
    await callBack(missed);
    await stage.live('calling-back');
    const waiting = hears({ agent: anchor === 'rtpengine' ? 'other' : '' });
    expectHeard('the phone rings', await stage.listen(150), waiting, []);
    await stage.live('talking');
    await stage.phone('caller').untilTalking();
    expectHeard('talking', await stage.listen(300), talking, []);
    expect(await stage.phone('agent').refer(`sip:*2@${stage.sip}`)).toBe(202);
    await stage.phone('target').untilTalking();
    await stage.phone('agent').untilTalking(false);
    const moved = hears({ caller: 'target', target: 'caller' });
    expectHeard('moved', await stage.listen(200), moved, []);
    await stage.phone('caller').hangUp();
    expect(await whole(missed)).toMatchObject({ outcome: 'answered', lastMember: 'police' });
    if (anchor === 'rtpengine') expect(stage.phone('caller').sessionChanges).toEqual([]);
  });

  /** The program is killed and started again; what was agreed on last is on the disk by then. */
  async function killed(): Promise<void> {
    const { world } = stage;
    const { options, ports } = world.server;
    await sleep(300);
    await world.server.crash();
    world.server = await Server.start({ ...options, ports });
  }

  /** The caller hangs up, and what the ledger has of the call back. */
  async function ended(missed: string): Promise<readonly unknown[]> {
    await stage.phone('caller').hangUp();
    await stage.phone('agent').untilTalking(false);
    const { id, ...call } = await whole(missed);
    expect(call).toMatchObject({ outcome: 'answered', endedBy: 'caller', missed: false });
    const { api } = stage.world.server;
    expect(await api.get(`/v1/audits?subject=${missed}`)).toMatchObject({
      items: [{ action: 'called-back', callId: id }],
    });
    const legs = await api.legs(`callId=${id}&order=oldest`);
    return legs.map(({ role, outcome, endedBy }) => `${role}: ${outcome}, ${endedBy}`);
  }

  it('killed while the caller rings: rings anew, for the agent who waits there', async () => {
    const missed = await missedCall('13900000103');
    stage.phone('caller').manner = { answer: 'asked', afterMs: 0 };
    await callBack(missed);
    await stage.live('calling-back');
    await until('the caller to ring', () => stage.phone('caller').ringing || undefined);
    await killed();
    await until('the caller to ring anew', () => {
      const rung = stage
        .phone('caller')
        .messages.filter(({ what, inDialog }) => what === 'INVITE' && !inDialog);
      return rung.length > 1 && stage.phone('caller').ringing ? true : undefined;
    });
    stage.phone('caller').pickUp();
    await stage.phone('caller').untilTalking();
    expectHeard('after the restart', await stage.listen(500), talking, []);
    expect(await ended(missed)).toEqual([
      'agent: answered, us',
      'caller: interrupted, crash',
      'caller: answered, caller',
    ]);
  });

  it('killed while the two talk: goes on', async () => {
    const missed = await missedCall('13900000104');
    await callBack(missed);
    await stage.live('talking');
    await killed();
    await stage.live('talking');
    expectHeard('after the restart', await stage.listen(1000), talking, []);
    expect(await ended(missed)).toEqual(['agent: answered, us', 'caller: answered, caller']);
  });

  it('lets the agent hear what the network says before the caller answers', async () => {
    const missed = await missedCall('13900000102');
    stage.phone('caller').manner = { answer: 'busy', afterMs: 1200, early: true };
    await callBack(missed);
    await stage.live('calling-back');
    expectHeard('the network speaks', await stage.listen(400), talking, []);
    await stage.phone('agent').untilTalking(false);
    expect(await whole(missed)).toMatchObject({ outcome: 'not-reached', cause: 'busy' });
  });
});
