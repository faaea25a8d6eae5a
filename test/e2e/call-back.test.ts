import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { CallRow } from './harness/api.js';
import { type DialPlanFile, type Ports, testPlan } from './harness/plan.js';
import { until } from './harness/wait.js';
import { type Role, type Story, World } from './harness/world.js';

const missedAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      callerNumber: z.string().nullable(),
      attempts: z.array(z.object({ callId: z.string(), by: z.string(), cause: z.string() })),
    }),
  ),
});
const begunAnswer = z.object({ callId: z.string() });
const auditsAnswer = z.object({
  items: z.array(z.object({ subject: z.string(), callId: z.string(), detail: z.string().nullable() })),
});

/** The carrier takes calls, too. */
function planWithWayOut(ports: Ports): DialPlanFile {
  const plan = testPlan(ports);
  const line = {
    kind: 'carrier',
    sources: [`127.0.0.1:${ports.caller}`],
    gateways: [`127.0.0.1:${ports.caller}/udp`],
  };
  return { ...plan, trunks: { ...plan.trunks, 'city-line': line } };
}

describe('a caller whom nobody answered is called back', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({ plan: planWithWayOut });
  });
  afterAll(() => world.close());

  /** Somebody calls 12345 and gives up. */
  async function missedCall(): Promise<{ readonly id: string; readonly caller: string }> {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-cancels' },
        { at: 'pbx-12345', scenario: 'called-is-cancelled', with: { role: 'agent' } },
      ],
    });
    expect(call).toMatchObject({ missed: true, callBackOf: null });
    return { id: call.id, caller: call.callerNumber ?? '' };
  }

  const ask = (id: string) =>
    world.server.api.ask('POST', `/v1/missed-calls/${id}/call-back`, { extension: '8001' });

  async function entryOf(id: string) {
    const { items } = missedAnswer.parse(await world.server.api.get('/v1/missed-calls'));
    return items.find((item) => item.id === id);
  }

  /** The desk 8001 calls back; gives the call of it once it is in the ledger. */
  async function callBack(
    missed: { readonly id: string; readonly caller: string },
    parties: readonly Role[],
    more: Pick<Story, 'settleMs'> & { readonly meanwhile?: () => Promise<void> } = {},
  ): Promise<CallRow> {
    let callId = '';
    await world.perform({
      ...more,
      caller: missed.caller,
      parties,
      meanwhile: async () => {
        const answer = await ask(missed.id);
        expect(answer).toMatchObject({ status: 202 });
        callId = begunAnswer.parse(answer.body).callId;
        await more.meanwhile?.();
      },
    });
    return until('the call back to be in the ledger', async () => {
      const calls = await world.server.api.calls(`callBackOf=${missed.id}`);
      return calls.find(({ id }) => id === callId);
    });
  }

  it('by the agent’s phone first, is known to whoever they are moved to, and is done with', async () => {
    const missed = await missedCall();
    const call = await callBack(missed, [
      { at: 'pbx-12345', scenario: 'agent-calls-back-and-refers', with: { referTo: '110' } },
      { at: 'citizen', scenario: 'citizen-is-called-back-and-transferred' },
      { at: 'pbx-110', scenario: 'target-is-hung-up' },
    ]);
    expect(call).toMatchObject({
      callerNumber: missed.caller,
      outcome: 'answered',
      missed: false,
      firstMember: 'city',
      lastMember: 'police',
      endedBy: 'caller',
      callBackOf: missed.id,
    });
    const { api } = world.server;
    const legs = await api.legs(`callId=${call.id}&order=oldest`);
    expect(legs.map(({ role, trunk, member }) => [role, trunk, member])).toEqual([
      ['agent', 'pbx-12345', 'city'],
      ['caller', 'city-line', null],
      ['target', 'pbx-110', 'police'],
    ]);
    expect(await api.transfers(`callId=${call.id}`)).toMatchObject([
      { outcome: 'completed', trigger: 'refer', fromMember: 'city', toMember: 'police' },
    ]);
    expect(await entryOf(missed.id)).toBeUndefined();
    const audits = await api.get(`/v1/audits?action=called-back&subject=${missed.id}`);
    expect(auditsAnswer.parse(audits).items).toMatchObject([{ subject: missed.id, callId: call.id }]);
    expect(await ask(missed.id)).toMatchObject({
      status: 409,
      body: { error: { code: 'already-called-back' } },
    });
  });

  it('stays on the list when busy, with the attempt', async () => {
    const missed = await missedCall();
    const call = await callBack(missed, [
      { at: 'pbx-12345', scenario: 'agent-calls-back-in-vain' },
      {
        at: 'citizen',
        scenario: 'called-refuses',
        with: { kind: 'called-back', role: 'citizen', status: '486 Busy Here' },
      },
    ]);
    expect(call).toMatchObject({ outcome: 'not-reached', cause: 'busy', missed: false });
    const entry = await entryOf(missed.id);
    expect(entry).toMatchObject({
      callerNumber: missed.caller,
      attempts: [{ callId: call.id, cause: 'busy' }],
    });
  });

  it('is not called when the agent does not answer', async () => {
    const missed = await missedCall();
    const call = await callBack(missed, [
      {
        at: 'pbx-12345',
        scenario: 'called-is-cancelled',
        with: { kind: 'called-without-offer', role: 'agent' },
      },
    ]);
    expect(call).toMatchObject({ outcome: 'not-reached', cause: 'agent-no-answer', missed: false, legs: 1 });
    expect((await entryOf(missed.id))?.attempts).toMatchObject([{ cause: 'agent-no-answer' }]);
  });

  it('is not called any more when the agent hangs up', async () => {
    const missed = await missedCall();
    const call = await callBack(missed, [
      { at: 'pbx-12345', scenario: 'agent-calls-back-and-gives-up' },
      { at: 'citizen', scenario: 'called-is-cancelled', with: { kind: 'called-back', role: 'citizen' } },
    ]);
    expect(call).toMatchObject({ outcome: 'abandoned', endedBy: 'agent', missed: false });
    expect((await entryOf(missed.id))?.attempts).toMatchObject([{ cause: 'abandoned' }]);
  });

  it('is hung up by us when the answer crosses the end of the agent', async () => {
    const missed = await missedCall();
    const call = await callBack(missed, [
      { at: 'pbx-12345', scenario: 'agent-calls-back-and-gives-up' },
      {
        at: 'citizen',
        scenario: 'called-answers-when-cancelled',
        with: { kind: 'called-back', role: 'citizen', media: 30_000 },
      },
    ]);
    expect(call).toMatchObject({ outcome: 'abandoned', missed: false });
    const legs = await world.server.api.legs(`callId=${call.id}&role=caller`);
    expect(legs).toMatchObject([{ outcome: 'answered', endedBy: 'us' }]);
  });

  it('is called once when two agents press at the same time', async () => {
    const missed = await missedCall();
    await callBack(
      missed,
      [
        { at: 'pbx-12345', scenario: 'agent-calls-back-in-vain' },
        {
          at: 'citizen',
          scenario: 'called-rings-then-refuses',
          with: { kind: 'called-back', role: 'citizen', status: '486 Busy Here', ring: 500 },
        },
      ],
      {
        meanwhile: async () => {
          expect(await ask(missed.id)).toMatchObject({
            status: 409,
            body: { error: { code: 'already-being-called' } },
          });
        },
      },
    );
    expect((await entryOf(missed.id))?.attempts).toHaveLength(1);
  });

  it('is refused in words: no such call, no such desk', async () => {
    const { api } = world.server;
    const missed = await missedCall();
    expect(await ask('nobody')).toMatchObject({ status: 404, body: { error: { code: 'unknown-call' } } });
    const elsewhere = `/v1/missed-calls/${missed.id}/call-back`;
    expect(await api.ask('POST', elsewhere, { extension: '0044' })).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown-agent' } },
    });
    expect(await api.ask('POST', elsewhere, {})).toMatchObject({ status: 400 });
  });
});
