import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { addAgent, addPerson } from './harness/accounts.js';
import { OpsPage } from './harness/ops-page.js';
import { type DialPlanFile, type Ports, testPlan } from './harness/plan.js';
import { renderScenario } from './harness/render-scenario.js';
import { Server } from './harness/server.js';
import { until } from './harness/wait.js';
import { type Role, World } from './harness/world.js';

const PASSWORD = 'of-the-tests-739182';
/** For a machine that is busy. */
const SLOW_MS = 300_000;
const phonesOf = z.object({ items: z.array(z.object({ id: z.string(), phones: z.array(z.unknown()) })) });

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

/** A supervisor has callers called back by an agent whose phone is registered, with one click each. */
describe('calls back from the page of operations', () => {
  let world: World;
  let ops: OpsPage;

  beforeAll(async () => {
    // sipp knows MD5 alone.
    world = await World.open({ plan: planWithWayOut, settings: { agents: { algorithms: ['MD5'] } } });
    expect(await world.server.stop()).toBe(0);
    addPerson(world.server, 'wang-fang', 'supervisor', PASSWORD);
    await addAgent(world.server, { id: 'li-na', member: 'city', extension: '8017', password: PASSWORD });
    world.server = await Server.start({ ...world.server.options, ports: world.server.ports });
    ops = await OpsPage.open(`http://127.0.0.1:${world.server.ports.http}/ops/#/missed`);
    await ops.says('用户名');
    await ops.logIn('wang-fang', PASSWORD);
    await ops.says('没有待回拨的来电');
  }, SLOW_MS);
  afterAll(async () => {
    await ops.close();
    await world.close();
  }, SLOW_MS);

  /** The phone of li-na is where the PBX of 12345 is in the scenarios; for 0 seconds it is not there any more. */
  async function register(expires: number): Promise<void> {
    const file = join(world.folder, `register-${expires}.xml`);
    const port = String(world.ports.pbx['pbx-12345']);
    const contact = `127.0.0.1:${port}`;
    const registration = { user: 'li-na', password: PASSWORD, expires, contact, server: world.server.sip };
    writeFileSync(file, renderScenario('phone-registers', registration));
    const argv = ['-sf', file, '-i', '127.0.0.1', '-p', port, '-m', '1', '-nostdin', world.server.sip];
    const { status, stderr } = spawnSync('sipp', argv, { encoding: 'utf8', timeout: 20_000 });
    expect(status, stderr).toBe(0);
    await until('the phone to be known', async () => {
      const { items } = phonesOf.parse(await world.server.api.get('/v1/agents'));
      const phones = items.find(({ id }) => id === 'li-na')?.phones.length;
      return phones === (expires === 0 ? 0 : 1) ? true : undefined;
    });
  }

  /** Somebody calls 12345 and gives up. */
  async function missedCall(): Promise<string> {
    const { call } = await world.play({
      parties: [
        { at: 'caller', scenario: 'caller-cancels' },
        { at: 'pbx-12345', scenario: 'called-is-cancelled', with: { role: 'agent' } },
      ],
    });
    return call.callerNumber ?? '';
  }

  /** Press the button while these parties play; gives the call of it. */
  async function pressed(caller: string, parties: readonly Role[]) {
    // The server looks whether a phone is still there, which a scenario does not expect: it is not there for long.
    await register(600);
    await world.perform({ caller, parties, meanwhile: () => ops.click('回拨') });
    await register(0);
    return until('the call back to be in the ledger', async () => {
      const calls = await world.server.api.calls(`caller=${caller}`);
      return calls.find(({ callBackOf }) => callBackOf !== null);
    });
  }

  it('are told of while they go on: who was reached is not on the list any more', async () => {
    const caller = await missedCall();
    await ops.click('刷新');
    await ops.says('来电人放弃');
    expect(await ops.page.getByRole('button', { name: '回拨', exact: true }).isDisabled()).toBe(true);
    await ops.page.getByLabel('由谁回拨').selectOption('li-na');
    const call = await pressed(caller, [
      { at: 'pbx-12345', scenario: 'agent-calls-back-and-refers', with: { number: 'li-na', referTo: '110' } },
      { at: 'citizen', scenario: 'citizen-is-called-back-and-transferred' },
      { at: 'pbx-110', scenario: 'target-is-hung-up' },
    ]);
    expect(call).toMatchObject({ outcome: 'answered', firstMember: 'city', lastMember: 'police' });
    const legs = await world.server.api.legs(`callId=${call.id}&order=oldest`);
    expect(legs.map(({ role, agent }) => [role, agent])[0]).toEqual(['agent', 'li-na']);
    await ops.says('来电人已接听');
    await ops.says('没有待回拨的来电');
  });

  it('that did not reach the caller are noted, with the cause, and can be tried again', async () => {
    const caller = await missedCall();
    await ops.click('刷新');
    await ops.says('来电人放弃');
    const call = await pressed(caller, [
      { at: 'pbx-12345', scenario: 'agent-calls-back-in-vain', with: { number: 'li-na' } },
      {
        at: 'citizen',
        scenario: 'called-refuses',
        with: { kind: 'called-back', role: 'citizen', status: '486 Busy Here' },
      },
    ]);
    expect(call).toMatchObject({ outcome: 'not-reached', cause: 'busy' });
    await ops.says('回拨未通：对方忙');
    expect(await ops.page.locator('tbody tr').count()).toBe(1);
    expect(await ops.page.getByRole('button', { name: '回拨', exact: true }).isEnabled()).toBe(true);
    expect(await ops.barriers()).toEqual([]);
    expect(ops.errors).toEqual([]);
  });
});
