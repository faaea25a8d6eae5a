import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

const liveCall = z.object({
  id: z.string(),
  phase: z.string(),
  callerNumber: z.string().nullable(),
  legs: z.array(z.object({ role: z.string(), sipCallId: z.string().nullable() })),
});
const pop = z.object({
  callId: z.string(),
  caller: z.object({ number: z.string() }),
  transfer: z.object({ id: z.string(), matter: z.string().nullable(), note: z.string().nullable() }),
});
const alerts = z.object({
  items: z.array(z.object({ id: z.string(), live: z.boolean(), note: z.string() })),
});

describe('an agent’s own desktop that does not know our call ids', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.open({ settings: { http: { publicUrl: 'https://desk.example' } } });
  });
  afterAll(async () => {
    await world.close();
  });

  async function live(caller: string, phase: string): Promise<z.output<typeof liveCall>> {
    return until(`the call to be ${phase}`, async () => {
      const { items } = z
        .object({ items: z.array(liveCall) })
        .parse(await world.server.api.get('/v1/calls/live'));
      return items.find((call) => call.callerNumber === caller && call.phase === phase);
    });
  }

  async function post(path: string, body: unknown, status = 202): Promise<void> {
    const answer = await world.server.api.ask('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  }

  /** The link that came with the call to this party, on the server under test. */
  function linkTo(scenario: string): string {
    const logs = readdirSync(world.folder, { recursive: true, encoding: 'utf8' });
    const log = logs.find((name) => name.includes(`${scenario}-`) && name.endsWith('.messages.log')) ?? '';
    const invite = readFileSync(join(world.folder, log), 'utf8');
    const link = /^Call-Info: <https:\/\/desk\.example([^>]+)>;purpose=info/m.exec(invite)?.[1] ?? '';
    return world.server.api.base + link;
  }

  it('alerts, consults and completes by extension and Call-ID; the target’s desk sees matter and note', async () => {
    const { call, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-waits-for-consultation' },
        { at: 'pbx-12345', scenario: 'agent-consults' },
        { at: 'pbx-110', scenario: 'target-is-consulted' },
      ],
      meanwhile: async (caller) => {
        const { id, legs } = await live(caller, 'talking');
        const desk = { extension: '8001', member: 'city' };
        await post('/v1/transfers', { ...desk, to: '110', mode: 'alert', note: '溺水' });
        const raised = alerts.parse(await world.server.api.get('/v1/alerts?member=police'));
        expect(raised.items).toEqual([{ id: `${id}-t1`, live: true, note: '溺水' }]);
        await post('/v1/transfers', { ...desk, member: 'police', to: '110' }, 404);
        await post('/v1/transfers', { ...desk, to: '110', mode: 'consult', matter: 'noise', note: '扰民' });
        await live(caller, 'consulting');
        const shown = pop.parse(await world.server.api.get(`/v1/screen-pop/${id}-t2`));
        expect(shown).toEqual({
          callId: id,
          caller: { number: caller },
          transfer: { id: `${id}-t2`, matter: 'noise', note: '扰民' },
        });
        const page = await fetch(linkTo('target-is-consulted'), { headers: { accept: 'text/html' } });
        expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
        const text = await page.text();
        for (const told of [caller, 'noise', '扰民', `${id}-t2`]) expect(text).toContain(told);
        const sipCallId = legs.find(({ role }) => role === 'agent')?.sipCallId;
        await post('/v1/transfers/complete', { sipCallId });
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police', legs: 3, transfers: 2 });
    expect(transfers.map(({ mode, outcome, note }) => [mode, outcome, note])).toEqual(
      expect.arrayContaining([
        ['alert', 'completed', '溺水'],
        ['consult', 'completed', '扰民'],
      ]),
    );
    const metrics = await world.server.api.metrics();
    expect(metrics).toContain('onekey_transfers_total{mode="alert",trigger="api",outcome="completed"} 1');
  });
});
