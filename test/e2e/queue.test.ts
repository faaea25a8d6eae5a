import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { addAgent, agentCommand } from './harness/accounts.js';
import { AgentPhone, type AgentPhoneOptions } from './harness/agent-phone.js';
import { type DialPlanFile, type Ports, testPlan } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

const PASSWORD = 'of-the-tests-739182';
// A phone takes an address and a port of its own choice for its audio.
const anyAudio = { heard: '[0-9]+', from: '[0-9.]+' };
const AGENTS = ['chen', 'li-na', 'wu-di'] as const;

const queuesAnswer = z.object({
  items: z.array(
    z.object({
      member: z.string(),
      waiting: z.array(z.object({ callId: z.string(), position: z.number() })),
      agents: z.array(z.object({ agent: z.string(), state: z.string(), reason: z.string().nullable() })),
    }),
  ),
});

/** 12345 is served by the queue of its agents, then by the duty desk. */
function queuePlan(ports: Ports): DialPlanFile {
  const plan = testPlan(ports);
  const { city } = plan.members;
  if (city === undefined) throw new Error('the test plan has lost its member');
  const queue = { afterCallSeconds: 0 };
  const targets = [{ queue: 'city', ringSeconds: 2, maxWaitSeconds: 20 }];
  const english = { numbers: [...city.numbers, '12340'], languages: { '12340': 'en' } };
  return { ...plan, members: { ...plan.members, city: { ...city, ...english, targets, queue } } };
}

describe('a member whose calls go to a queue of its agents', () => {
  let world: World;
  let phones: AgentPhone[] = [];
  let port = 0;

  beforeAll(async () => {
    port = await freePort();
    world = await World.open({ plan: queuePlan, sipPort: port });
    for (const [index, id] of AGENTS.entries())
      await addAgent(world.server, { id, member: 'city', extension: `801${index}`, password: PASSWORD });
    await until('the server to know the accounts', async () =>
      (await agents()).length === AGENTS.length ? true : undefined,
    );
  });
  afterAll(() => world.close());
  afterEach(async () => {
    for (const phone of phones) {
      await phone.register(0).catch(() => undefined);
      await phone.close();
    }
    phones = [];
    await until('all agents to be offline', async () =>
      (await agents()).every(({ state }) => state === 'offline') ? true : undefined,
    );
    for (const agent of AGENTS) await setState(agent, 'offline');
  });

  async function city() {
    const { items } = queuesAnswer.parse(await world.server.api.get('/v1/queues?member=city'));
    const [queue] = items;
    if (queue === undefined) throw new Error('there is no queue of the member');
    return queue;
  }

  const agents = async () => (await city()).agents;

  async function stateOf(agent: string): Promise<string | undefined> {
    const found = (await agents()).find((one) => one.agent === agent);
    return found?.state === 'pause' ? `pause ${found.reason}` : found?.state;
  }

  async function setState(agent: string, state: string): Promise<void> {
    await world.server.api.ask('POST', `/v1/agents/${agent}/state`, { state });
  }

  async function signsIn(user: string, options: Partial<AgentPhoneOptions> = {}): Promise<AgentPhone> {
    const phone = await AgentPhone.open({ user, password: PASSWORD, transport: 'udp', port, ...options });
    phones.push(phone);
    expect(await phone.register()).toBe(200);
    await until(`${user} to be registered`, async () =>
      (await stateOf(user)) === undefined ? undefined : true,
    );
    await setState(user, 'ready');
    await until(`${user} to be ready`, async () => ((await stateOf(user)) === 'ready' ? true : undefined));
    return phone;
  }

  const calls = async (more: Readonly<Record<string, string>> = {}) =>
    world.play({
      parties: [{ at: 'caller', scenario: 'caller-hangs-up', with: { ...anyAudio, talk: '300', ...more } }],
    });
  const agentsOf = (legs: readonly { role: string; agent: string | null; outcome: string }[]) =>
    legs.filter(({ role }) => role === 'agent').map(({ agent, outcome }) => `${agent} ${outcome}`);

  it('rings who has been idle longest, turn by turn', async () => {
    await signsIn('wu-di');
    await signsIn('chen');
    const first = await calls();
    const second = await calls();
    const third = await calls();
    expect([first, second, third].map(({ legs }) => agentsOf(legs)[0])).toEqual([
      'wu-di answered',
      'chen answered',
      'wu-di answered',
    ]);
  });

  it('goes on to the next when an agent does not answer or declines, who is set to pause', async () => {
    await signsIn('wu-di', { when: 'ring' });
    await signsIn('chen', { when: 486 });
    await signsIn('li-na');
    const { call, legs } = await calls();
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'city' });
    expect(agentsOf(legs).sort()).toEqual(['chen rejected', 'li-na answered', 'wu-di unanswered']);
    expect(await stateOf('wu-di')).toBe('pause no-answer');
    expect(await stateOf('chen')).toBe('pause declined');
  });

  it('rings first who speaks the language of the number that was dialled', async () => {
    agentCommand(world.server, ['edit', 'li-na', '--languages', 'zh,en-GB']);
    await signsIn('wu-di');
    await signsIn('li-na');
    const english = await calls({ dial: '12340' });
    const other = await calls();
    expect([english, other].map(({ legs }) => agentsOf(legs)[0])).toEqual([
      'li-na answered',
      'wu-di answered',
    ]);
  });

  it('keeps a caller until an agent is back from a pause', async () => {
    const phone = await signsIn('li-na');
    await lunchOf('li-na');
    const { call } = await world.play({
      parties: [{ at: 'caller', scenario: 'caller-hangs-up', with: anyAudio }],
      meanwhile: async () => {
        await until('somebody to wait', async () => ((await city()).waiting.length === 1 ? true : undefined));
        expect(phone.requests.map(({ method }) => method)).not.toContain('INVITE');
        await setState('li-na', 'ready');
      },
    });
    expect(call).toMatchObject({ outcome: 'answered' });
  });

  it('is passed over at once while nobody has signed in', async () => {
    const { call, legs } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { heard: '[0-9]+', from: '[0-9.]+' } },
        { at: 'pbx-12333', scenario: 'agent-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'duty' });
    expect(agentsOf(legs)).toHaveLength(1);
  });

  async function lunchOf(agent: string): Promise<void> {
    await world.server.api.ask('POST', `/v1/agents/${agent}/state`, { state: 'pause', reason: 'lunch' });
    expect(await stateOf(agent)).toBe('pause lunch');
  }
});
