import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { makeCertificate } from '../sip/support/certificate.js';
import { addAgent } from './harness/accounts.js';
import { Linphone } from './harness/linphone.js';
import type { DialPlanFile } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { type PhoneAccount, Softphone } from './harness/softphone.js';
import { VoiceStage, voices } from './harness/voice-stage.js';
import { until } from './harness/wait.js';

const PASSWORD = 'of-the-tests-739182';

const queueAnswer = z.object({
  items: z.tuple([z.object({ agents: z.array(z.object({ agent: z.string(), state: z.string() })) })]),
});
const phonesAnswer = z.object({
  items: z.array(
    z.object({ id: z.string(), phones: z.array(z.object({ source: z.string(), userAgent: z.string() })) }),
  ),
});

/** 12345 is served by the queue of its agents. */
function queuePlan(plan: DialPlanFile): DialPlanFile {
  const { city } = plan.members;
  if (city === undefined) throw new Error('the test plan has lost its member');
  const targets = [{ queue: 'city', ringSeconds: 15, maxWaitSeconds: 30 }];
  return {
    ...plan,
    members: { ...plan.members, city: { ...city, targets, queue: { afterCallSeconds: 0 } } },
  };
}

type Make = 'baresip' | 'linphone';
type Way = PhoneAccount['transport'] | 'outbound';

/** A phone of an agent, whatever its make. */
interface Phone {
  /** Resolves when it has answered; it speaks from then on. */
  answered(): Promise<void>;
  transfer(to: string): void;
  press(keys: string): void;
  stop(): Promise<void>;
}

/** Agents with telephones of two makes, as anybody can install them, are rung by a queue and transfer callers. */
describe('softphones at a queue', () => {
  const certificate = makeCertificate();
  const ports = { sip: 0, tls: 0 };
  let stage: VoiceStage;
  let started = 0;
  const phones: Phone[] = [];

  beforeAll(async () => {
    ports.sip = await freePort();
    ports.tls = await freePort();
    const at = (transport: string, port: number, more = {}) => ({
      transport,
      host: '127.0.0.1',
      port,
      ...more,
    });
    stage = await VoiceStage.open({
      plan: queuePlan,
      sipPort: ports.sip,
      settings: {
        sip: {
          listeners: [at('udp', ports.sip), at('tcp', ports.sip), at('tls', ports.tls, certificate)],
        },
        // Debian's baresip gives up when it sees another digest than MD5.
        agents: { algorithms: ['MD5'], keepAliveSeconds: 2 },
      },
    });
    const { server } = stage.world;
    await addAgent(server, { id: 'li-na', member: 'city', extension: '8017', password: PASSWORD });
    await addAgent(server, { id: 'chen', member: 'city', extension: '8018', password: PASSWORD });
    await until('the accounts to be known', async () =>
      (await agents()).items.length === 2 ? true : undefined,
    );
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.stop();
    await stage.clear();
    await until('all phones to be gone', async () =>
      (await agents()).items.every((agent) => agent.phones.length === 0) ? true : undefined,
    );
  });
  afterAll(() => stage.close());

  async function agents(): Promise<z.output<typeof phonesAnswer>> {
    return phonesAnswer.parse(await stage.world.server.api.get('/v1/agents'));
  }

  async function stateOf(agent: string): Promise<string | undefined> {
    const { items } = queueAnswer.parse(await stage.world.server.api.get('/v1/queues?member=city'));
    return items[0].agents.find((one) => one.agent === agent)?.state;
  }

  /** Resolves once the agent may be called. */
  async function signsIn(user: string, make: Make, way: Way): Promise<Phone> {
    const folder = join(stage.world.folder, `phone-${++started}`);
    const transport = way === 'outbound' ? 'udp' : way;
    const account: PhoneAccount = {
      server:
        transport !== 'tls' ? stage.sip : `${make === 'linphone' ? 'localhost' : '127.0.0.1'}:${ports.tls}`,
      password: PASSWORD,
      transport,
      ca: certificate.cert,
      outbound: way === 'outbound',
      voice: voices.agent,
    };
    const phone = await (make === 'baresip' ? baresip : linphone)(user, folder, account);
    phones.push(phone);
    await until(`${user} to be registered over ${transport}`, async () =>
      (await agents()).items.some(
        ({ id, phones: [first] }) => id === user && first?.source.endsWith(`/${transport}`),
      )
        ? true
        : undefined,
    );
    await until(`${user} to be ready`, async () => ((await stateOf(user)) === 'ready' ? true : undefined));
    return phone;
  }

  async function baresip(user: string, folder: string, account: PhoneAccount): Promise<Phone> {
    const phone = await Softphone.start(user, await freePort(), folder, account);
    return {
      answered: async () => void (await phone.hears('CALL_ESTABLISHED')),
      transfer: (to) => phone.transfer(to),
      press: (keys) => phone.press(keys),
      stop: () => phone.stop(),
    };
  }

  async function linphone(user: string, folder: string, account: PhoneAccount): Promise<Phone> {
    const phone = await Linphone.start(user, await freePort(), folder, account);
    return {
      answered: async () => {
        await phone.says(/Call 1 .*(connected|answered|running)/i);
        phone.speak();
      },
      transfer: (to) => phone.type(`transfer ${to}`),
      press: (keys) => phone.press(keys),
      stop: () => phone.stop(),
    };
  }

  /** A citizen calls and hears who answered; gives the citizen's number. */
  async function calls(number: string, phone: Phone): Promise<string> {
    expect(await stage.phone('caller').call('12345', stage.sip, { as: number })).toBe(200);
    await phone.answered();
    await hears('agent');
    return number;
  }

  /** Until the caller hears this voice and no other for 300 ms. */
  async function hears(voice: string): Promise<void> {
    await until(`the caller to hear ${voice}`, async () => {
      const { order, packets } = (await stage.listen()).reports.caller ?? { order: [], packets: 0 };
      return packets >= 10 && order.join() === voice ? true : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${stage.log()}`);
    });
  }

  async function isMoved(number: string, by: string, trigger: string): Promise<void> {
    await hears('target');
    const { call, legs, transfers } = await stage.end(number);
    expect(call).toMatchObject({ outcome: 'answered', lastMember: 'police', legs: 3 });
    expect(legs.find(({ role }) => role === 'agent')).toMatchObject({ agent: by, trunk: null });
    expect(transfers).toMatchObject([{ outcome: 'completed', trigger, fromMember: 'city' }]);
  }

  it.each([
    ['baresip', 'tls'],
    ['baresip', 'tcp'],
    ['linphone', 'tls'],
    ['linphone', 'udp'],
  ] as const)('%s over %s answers, is heard, and transfers with its transfer key', async (make, way) => {
    const phone = await signsIn('li-na', make, way);
    const number = await calls('13900010001', phone);
    phone.transfer(`sip:110@${stage.sip}`);
    await isMoved(number, 'li-na', 'refer');
  });

  it.each(['baresip', 'linphone'] as const)('%s answers, and transfers by keys', async (make) => {
    const phone = await signsIn('chen', make, 'udp');
    const number = await calls('13900010002', phone);
    phone.press('*2');
    await isMoved(number, 'chen', 'key');
  });

  it('baresip with Outbound keeps its flow open by STUN, and is rung by it', async () => {
    const phone = await signsIn('li-na', 'baresip', 'outbound');
    await until('keep-alives to be answered', async () =>
      /^onekey_sip_stun_answers_total [1-9]/m.test(await stage.world.server.api.metrics()) ? true : undefined,
    );
    const number = await calls('13900010003', phone);
    phone.transfer(`sip:110@${stage.sip}`);
    await isMoved(number, 'li-na', 'refer');
  });

  it('phones of two makes take turns: longest idle first', async () => {
    const first = await signsIn('li-na', 'linphone', 'tls');
    const second = await signsIn('chen', 'baresip', 'udp');
    for (const [turn, [agent, phone]] of (
      [
        ['li-na', first],
        ['chen', second],
      ] as const
    ).entries()) {
      const number = await calls(`1390001010${turn}`, phone);
      const { legs } = await stage.end(number);
      expect(legs.filter(({ role }) => role === 'agent').map((leg) => leg.agent)).toEqual([agent]);
    }
  });
});
