import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { makeCertificate } from '../sip/support/certificate.js';
import { addAgent } from './harness/accounts.js';
import { JsPhone } from './harness/js-phone.js';
import { Linphone } from './harness/linphone.js';
import { type DialPlanFile, type Ports, testPlan } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { renderScenario } from './harness/render-scenario.js';
import { Softphone } from './harness/softphone.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

const phonesOf = z.object({
  items: z.array(z.object({ id: z.string(), phones: z.array(z.object({ source: z.string() })) })),
});

const PASSWORD = 'of-the-tests-739182';
// A phone takes an address and a port of its own choice for its audio.
const anyAudio = { heard: '[0-9]+', from: '[0-9.]+' };

/** 12345 is served by the queue of its agents. */
function planWithQueue(ports: Ports): DialPlanFile {
  const plan = testPlan(ports);
  const { city } = plan.members;
  if (city === undefined) throw new Error('the test plan has lost its member');
  const targets = [{ queue: 'city', ringSeconds: 10, maxWaitSeconds: 20 }];
  return {
    ...plan,
    members: { ...plan.members, city: { ...city, targets, queue: { afterCallSeconds: 0 } } },
  };
}

/** A server with the account li-na, and the phone of the test that runs. */
class Stage {
  phone: { stop(): Promise<void> } | undefined;

  private constructor(
    readonly world: World,
    /** `host:port` of WSS. */
    readonly wss: string,
    readonly certificate: string,
  ) {}

  static async open(algorithms: readonly string[]): Promise<Stage> {
    const certificate = makeCertificate();
    const [sipPort, wss] = [await freePort(), await freePort()];
    const listeners = [
      { transport: 'udp', host: '127.0.0.1', port: sipPort },
      { transport: 'tcp', host: '127.0.0.1', port: sipPort },
      { transport: 'wss', host: '127.0.0.1', port: wss, ...certificate },
    ];
    const world = await World.open({
      plan: planWithQueue,
      sipPort,
      settings: { sip: { listeners }, agents: { algorithms } },
    });
    const stage = new Stage(world, `127.0.0.1:${wss}`, certificate.cert);
    await addAgent(world.server, { id: 'li-na', member: 'city', extension: '8017', password: PASSWORD });
    await until('the server to know the account', async () =>
      (await stage.phones()) === undefined ? undefined : true,
    );
    return stage;
  }

  async phones(): Promise<readonly { source: string }[] | undefined> {
    const { items } = phonesOf.parse(await this.world.server.api.get('/v1/agents'));
    return items.find(({ id }) => id === 'li-na')?.phones;
  }

  async registeredBy(transport: string): Promise<void> {
    await until('the phone to be registered', async () =>
      (await this.phones())?.some(({ source }) => source.endsWith(`/${transport}`)) ? true : undefined,
    );
  }

  async putAway(): Promise<void> {
    await this.phone?.stop();
    this.phone = undefined;
    await until('the phone to have unregistered', async () =>
      (await this.phones())?.length === 0 ? true : undefined,
    );
  }
}

// Debian's versions of these know MD5 alone, and give up at the sight of another challenge.
describe('phones that are offered MD5', () => {
  let stage: Stage;
  let world: World;
  beforeAll(async () => {
    stage = await Stage.open(['MD5']);
    world = stage.world;
  });
  afterAll(() => world.close());
  afterEach(() => stage.putAway());

  it.each(['udp', 'tcp'] as const)('baresip is called over %s and transfers', async (transport) => {
    const port = await freePort();
    const folder = join(world.folder, `baresip-${transport}`);
    const account = { server: world.server.sip, password: PASSWORD, transport };
    const agent = await Softphone.start('li-na', port, folder, account);
    stage.phone = agent;
    await stage.registeredBy(transport);
    const { transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred', with: anyAudio },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        await agent.hears('CALL_ESTABLISHED');
        agent.transfer(`sip:110@${world.server.sip}`);
        await agent.hears('CALL_CLOSED');
      },
    });
    expect(transfers).toMatchObject([{ outcome: 'completed', trigger: 'refer' }]);
  });

  it('sipp registers, is called at the Contact that it gave, and unregisters', async () => {
    const port = await freePort();
    const register = (expires: number): void => {
      const file = join(world.folder, `register-${expires}.xml`);
      writeFileSync(
        file,
        renderScenario('phone-registers', {
          user: 'li-na',
          password: PASSWORD,
          expires,
          contact: `127.0.0.1:${world.ports.pbx['pbx-12345']}`,
          server: world.server.sip,
        }),
      );
      const argv = [
        '-sf',
        file,
        '-i',
        '127.0.0.1',
        '-p',
        String(port),
        '-m',
        '1',
        '-nostdin',
        world.server.sip,
      ];
      const { status, stderr } = spawnSync('sipp', argv, { encoding: 'utf8', timeout: 20_000 });
      expect(status, stderr).toBe(0);
    };
    register(120);
    await stage.registeredBy('udp');
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred' },
        { at: 'pbx-12345', scenario: 'agent-refers', with: { number: 'li-na', referTo: '110' } },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
    });
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police' });
    register(0);
  });
});

describe('phones that are offered both digests', () => {
  let stage: Stage;
  let world: World;
  beforeAll(async () => {
    stage = await Stage.open(['SHA-256', 'MD5']);
    world = stage.world;
  });
  afterAll(() => world.close());
  afterEach(() => stage.putAway());

  it('SIP.js is called over wss and transfers', async () => {
    const account = { server: stage.wss, password: PASSWORD, ca: stage.certificate };
    const agent = await JsPhone.start('li-na', account);
    stage.phone = agent;
    await stage.registeredBy('wss');
    const { transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred', with: anyAudio },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        await agent.transfer(`sip:110@${world.server.sip}`);
        await agent.released();
      },
    });
    expect(transfers).toMatchObject([{ outcome: 'completed', trigger: 'refer' }]);
  });

  it('linphone is called and transfers', async () => {
    const account = { server: world.server.sip, password: PASSWORD, transport: 'udp' } as const;
    const agent = await Linphone.start('li-na', await freePort(), join(world.folder, 'linphone'), account);
    stage.phone = agent;
    await stage.registeredBy('udp');
    const { transfers } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-is-transferred', with: anyAudio },
        { at: 'pbx-110', scenario: 'target-is-hung-up' },
      ],
      meanwhile: async () => {
        await agent.says(/Call 1 .*(connected|answered|running)/i);
        agent.type(`transfer sip:110@${world.server.sip}`);
      },
    });
    expect(transfers).toMatchObject([{ outcome: 'completed', trigger: 'refer' }]);
  });
});
