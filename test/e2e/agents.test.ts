import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentsPath } from '../../src/agents/agent-tables.js';
import { makeCertificate } from '../sip/support/certificate.js';
import { addAgent, agentCommand } from './harness/accounts.js';
import { AgentPhone, type AgentPhoneOptions } from './harness/agent-phone.js';
import { type DialPlanFile, type Ports, testPlan } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

const agentsAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      enabled: z.boolean(),
      phones: z.array(z.object({ uri: z.string(), source: z.string(), lost: z.boolean() })),
    }),
  ),
  lockouts: z.array(z.object({ account: z.string(), source: z.string(), failures: z.number() })),
});

const PASSWORD = 'of-the-tests-739182';

/** The desks of 12345 are li-na and whoever has 8018; 110 stays behind its PBX. */
function agentPlan(ports: Ports): DialPlanFile {
  const plan = testPlan(ports);
  const { city } = plan.members;
  if (city === undefined) throw new Error('the test plan has lost its member');
  return {
    ...plan,
    policies: { ...plan.policies, agentsCallAgents: true },
    members: {
      ...plan.members,
      city: {
        ...city,
        targets: [
          { agent: 'li-na', ringSeconds: 6 },
          { extension: '8018', ringSeconds: 3 },
        ],
      },
    },
  };
}

// A phone takes an address and a port of its own choice for its audio.
const anyAudio = { heard: '[0-9]+', from: '[0-9.]+' };

describe('agents whose phones register', () => {
  let world: World;
  let phones: AgentPhone[] = [];
  const ports = { udp: 0, tcp: 0, ws: 0, wss: 0 };
  const certificate = makeCertificate();

  beforeAll(async () => {
    ports.udp = await freePort();
    ports.tcp = ports.udp;
    ports.ws = await freePort();
    ports.wss = await freePort();
    const listeners = (['udp', 'tcp', 'ws', 'wss'] as const).map((transport) => ({
      transport,
      host: '127.0.0.1',
      port: ports[transport],
      ...(transport === 'wss' ? certificate : {}),
    }));
    const settings = { sip: { listeners }, agents: { keepAliveSeconds: 1, lockout: { attempts: 3 } } };
    world = await World.open({ plan: agentPlan, sipPort: ports.udp, settings });
    await addAgent(world.server, { id: 'li-na', member: 'city', extension: '8017', password: PASSWORD });
    await addAgent(world.server, { id: 'chen', member: 'city', extension: '8018', password: PASSWORD });
    await addAgent(world.server, { id: 'wu-di', member: 'city', extension: '8019', password: PASSWORD });
    await until('the server to know the accounts', async () =>
      (await agents()).items.length === 3 ? true : undefined,
    );
  });
  afterAll(async () => {
    await world.close();
  });
  afterEach(async () => {
    for (const phone of phones) {
      await phone.register(0).catch(() => undefined);
      await phone.close();
    }
    phones = [];
  });

  async function agents(): Promise<z.output<typeof agentsAnswer>> {
    return agentsAnswer.parse(await world.server.api.get('/v1/agents'));
  }

  async function phoneOf(user: string, options: Partial<AgentPhoneOptions> = {}): Promise<AgentPhone> {
    const transport = options.transport ?? 'udp';
    const ca = readFileSync(certificate.cert);
    const phone = await AgentPhone.open({
      user,
      password: PASSWORD,
      transport,
      port: ports[transport],
      ca,
      ...options,
    });
    phones.push(phone);
    return phone;
  }

  async function registered(user: string, options: Partial<AgentPhoneOptions> = {}): Promise<AgentPhone> {
    const phone = await phoneOf(user, options);
    expect(await phone.register()).toBe(200);
    return phone;
  }

  it.each(['udp', 'tcp', 'ws', 'wss'] as const)('are called and transfer over %s', async (transport) => {
    const phone = await registered('li-na', { transport });
    const { call, legs, transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred', with: anyAudio },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        await phone.hears('ACK');
        expect(await phone.refer('110')).toBe(202);
        await phone.hears('BYE');
      },
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police', legs: 3 });
    expect(legs.find(({ role }) => role === 'agent')).toMatchObject({
      agent: 'li-na',
      trunk: null,
      member: 'city',
    });
    expect(transfers).toMatchObject([{ outcome: 'completed', trigger: 'refer', fromMember: 'city' }]);
  });

  it('ring on all their phones; the one that answers too late is acknowledged and hung up', async () => {
    const late = await registered('li-na', { when: 'late' });
    const busy = await registered('li-na', { when: 486 });
    const quick = await registered('li-na', { transport: 'ws', when: 'ring' });
    const { legs } = await world.play({
      parties: [{ at: 'caller', scenario: 'caller-hangs-up', with: anyAudio }],
      meanwhile: async () => {
        for (const phone of [late, busy, quick]) await phone.hears('INVITE');
        quick.pickUp();
        await late.hears('CANCEL');
        await late.hears('ACK');
        await late.hears('BYE');
      },
    });
    expect(legs.filter(({ role }) => role === 'agent').map(({ outcome }) => outcome)).toHaveLength(3);
  });

  it('with Outbound are rung by one flow of their device, and by the other when that one is gone', async () => {
    const first = await registered('li-na', { flow: 1 });
    const second = await registered('li-na', { flow: 2 });
    const calls = async () => {
      const { legs } = await world.play({
        parties: [{ at: 'caller', scenario: 'caller-hangs-up', with: anyAudio }],
      });
      return legs.filter(({ role }) => role === 'agent').map(({ outcome }) => outcome);
    };
    expect(await calls()).toEqual(['answered']);
    expect(first.requests).toEqual([]);
    await second.hears('BYE');
    await second.close();
    phones = [first];
    expect((await calls()).sort()).toEqual(['answered', 'unreachable']);
    await first.hears('BYE');
    await registered('li-na', { flow: 2 });
  });

  it('without a phone count as unreachable, so that the next desk is called', async () => {
    const phone = await registered('chen');
    const { legs } = await world.play({
      parties: [{ at: 'caller', scenario: 'caller-hangs-up', with: anyAudio }],
    });
    expect(legs.filter(({ role }) => role === 'agent')).toMatchObject([
      { agent: 'chen', outcome: 'answered' },
    ]);
    expect(phone.requests.map(({ method }) => method)).toEqual(['INVITE', 'ACK', 'BYE']);
  });

  it('whose connection is gone are passed over, and not tried again', async () => {
    const gone = await registered('li-na', { transport: 'ws' });
    await gone.close();
    phones = [];
    await registered('chen');
    const { legs } = await world.play({
      parties: [{ at: 'caller', scenario: 'caller-hangs-up', with: anyAudio }],
    });
    expect(legs.map(({ agent, outcome }) => [agent, outcome])).toContainEqual(['li-na', 'unreachable']);
    const { items } = await agents();
    expect(items.find(({ id }) => id === 'li-na')).toMatchObject({ phones: [{ lost: true }] });
    const back = await registered('li-na', { transport: 'ws' });
    expect(await back.register(0)).toBe(200);
  });

  it('behind NAT are reached by the way that they registered by, and kept reachable by OPTIONS', async () => {
    const phone = await registered('li-na', { contact: '192.168.77.5:5060' });
    await phone.hears('OPTIONS');
    await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred', with: anyAudio },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        await phone.hears('ACK');
        await phone.refer('110');
        await phone.hears('NOTIFY');
        await phone.hears('BYE');
      },
    });
    const invite = await phone.hears('INVITE');
    expect(invite.uri).toContain('192.168.77.5');
  });

  it('call members, and are found for a transfer by name or extension', async () => {
    for (const [transport, by] of [
      ['udp', { agent: 'wu-di' }],
      ['tcp', { extension: '8019' }],
    ] as const) {
      const phone = await registered('wu-di', { transport });
      await world.perform({
        parties: [
          { at: 'pbx-110', scenario: 'agent-is-hung-up', with: { caller: '8019', offered: '40000' } },
        ],
        meanwhile: async () => {
          expect(await phone.call('110')).toBe(200);
          const found = await world.server.api.ask('POST', '/v1/transfers/cancel', by);
          expect(found).toMatchObject({ status: 409, body: { error: { code: 'no-transfer' } } });
          expect(await phone.hangUp()).toBe(200);
        },
      });
    }
  });

  it('call each other where the plan lets them', async () => {
    const chen = await registered('chen');
    const wu = await registered('wu-di', { transport: 'tcp' });
    expect(await wu.call('8018')).toBe(200);
    await chen.hears('ACK');
    expect(await wu.hangUp()).toBe(200);
    await chen.hears('BYE');
    expect(await wu.call('8888')).toBe(404);
  });

  it('must prove who they are, and guessing is stopped for the one who guesses', async () => {
    const wrong = await phoneOf('li-na', { password: 'guess' });
    const stranger = await phoneOf('nobody');
    expect(await wrong.call('110')).toBe(401);
    expect([await wrong.register(), await stranger.register()]).toEqual([401, 401]);
    expect([await wrong.register(), await wrong.register()]).toEqual([401, 403]);
    expect((await agents()).lockouts).toMatchObject([{ account: 'li-na', source: '127.0.0.1', failures: 3 }]);
    await registered('chen');
    // Another password lets the agent in again.
    agentCommand(world.server, ['passwd', 'li-na'], `${PASSWORD}\n`);
    await until('the lock to be gone', async () =>
      (await agents()).lockouts.length === 0 ? true : undefined,
    );
    await registered('li-na');
    const metrics = await world.server.api.metrics();
    expect(metrics).toMatch(/onekey_agent_lockouts_total 1\n/);
    expect(metrics).toMatch(/onekey_agent_phones [1-9]\d*\n/);
    expect(world.server.logged()).not.toContain('739182');
  });

  it('cannot do anything any more once they are disabled', async () => {
    const phone = await registered('wu-di');
    agentCommand(world.server, ['disable', 'wu-di']);
    await until('the phone to be gone', async () =>
      (await agents()).items.some(
        ({ id, enabled, phones }) => id === 'wu-di' && !enabled && phones.length === 0,
      )
        ? true
        : undefined,
    );
    expect(await phone.register()).toBe(401);
    agentCommand(world.server, ['enable', 'wu-di']);
    await until('the account to be back', async () => ((await phone.register()) === 200 ? true : undefined));
  });

  it('are still registered after the program was killed', async () => {
    const phone = await registered('li-na');
    const db = new Database(agentsPath(world.server.dataFolder), { readonly: true });
    const stored = db.prepare('SELECT count(*) FROM agent_contacts WHERE instr(contact, ?) > 0').pluck();
    const uri = phone.contact.slice(1, -1);
    await until('the contact to be on disk', () => (stored.get(uri) === 1 ? true : undefined));
    db.close();
    await world.server.crash();
    world.server = await Server.start({ ...world.server.options, ports: world.server.ports });
    await world.play({
      parties: [{ at: 'caller', scenario: 'caller-hangs-up', with: anyAudio }],
    });
    await phone.hears('BYE');
  });
});
