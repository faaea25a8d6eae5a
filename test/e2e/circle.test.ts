import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallRow, LegRow } from './harness/api.js';
import { type DialPlanFile, type Ports, testPlan } from './harness/plan.js';
import { freePort } from './harness/ports.js';
import { Server, verifyLedger } from './harness/server.js';
import { until } from './harness/wait.js';
import { World } from './harness/world.js';

/** Calls at us until no hop is left: the caller's INVITE has 70, each of us and the PBX takes one. */
const CALLS = 36;

/** The PBX of 12345, 96456 and 110 is a second server: what is meant for the first two it forwards to our 110. */
describe('a PBX that sends the calls of two numbers back to us', () => {
  let world: World;
  let pbx: Server | null = null;

  beforeAll(async () => {
    world = await World.open({ plan: allAtOnePbx });
  });
  afterAll(async () => {
    await world.close();
  });
  afterEach(async () => {
    await pbx?.stop();
    pbx = null;
  });

  /** The PBX begins to forward; what is meant for 110 goes to this number of ours. */
  async function forwards(number: string): Promise<void> {
    const folder = join(world.folder, `pbx-${await freePort()}`);
    mkdirSync(folder);
    const ports = { sip: world.ports.pbx['pbx-12345'], http: await freePort() };
    pbx = await Server.start({ folder, plan: forwarding(world, number), ports });
  }

  /** All calls that it became; the ledger shows them one after the other. */
  const callsOf = (caller: string): Promise<readonly CallRow[]> =>
    until(`${CALLS} calls to be in the ledger`, async () => {
      const calls = await world.server.api.calls(`caller=${caller}`);
      expect(calls.length).toBeLessThanOrEqual(CALLS);
      return calls.length === CALLS ? calls : undefined;
    });

  const legsOf = async (calls: readonly { readonly id: string }[]): Promise<LegRow[]> =>
    (await Promise.all(calls.map(({ id }) => world.server.api.legs(`callId=${id}`)))).flat();

  it('gives up with 483 when the hops are used up; every leg is in the ledger', async () => {
    await forwards('96456');
    const caller = await world.perform({
      parties: [{ at: 'caller', scenario: 'caller-is-refused', with: { dial: '110', status: 483 } }],
    });
    const calls = await callsOf(caller);
    expect(calls.filter((call) => call.cause === 'too-many-hops')).toMatchObject([
      { outcome: 'refused', legs: 1, missed: false },
    ]);
    expect(calls.filter((call) => call.cause === 'all-targets-failed')).toHaveLength(CALLS - 1);
    const legs = await legsOf(calls);
    expect(legs).toHaveLength(2 * CALLS - 1);
    expect(legs.filter((leg) => leg.sipStatus !== 483)).toEqual([]);
    expect(verifyLedger(world.server.dataFolder).exitCode).toBe(0);
  });

  it('keeps no caller from the desk that the number falls back to', async () => {
    await forwards('12345');
    const caller = await world.perform({
      parties: [
        { at: 'caller', scenario: 'caller-hangs-up', with: { dial: '12345', heard: 31000 } },
        { at: 'pbx-12333', scenario: 'agent-is-hung-up' },
      ],
    });
    const calls = await callsOf(caller);
    expect(calls.filter((call) => call.outcome === 'answered')).toHaveLength(CALLS - 1);
    const legs = await legsOf(calls);
    expect(legs.filter((leg) => leg.trunk === 'pbx-12333')).toMatchObject([{ outcome: 'answered' }]);
    expect(legs.filter((leg) => leg.role === 'agent' && leg.outcome === 'rejected').length).toBeLessThan(4);
  });
});

/** The desks are of one PBX; 12345 alone falls back, to the duty desk. */
function allAtOnePbx(ports: Ports): DialPlanFile {
  const plan = testPlan(ports);
  const { city, funeral, police } = plan.members;
  if (!city || !funeral || !police) throw new Error('the plan has all three');
  const at = (number: string) => [{ trunk: 'pbx-12345', number, ringSeconds: 30 } as const];
  const members = {
    ...plan.members,
    city: { ...city, targets: at('8001') },
    funeral: { ...funeral, targets: at('8001') },
    police: { ...police, targets: at('8002') },
  };
  return { ...plan, members };
}

function forwarding({ server, ports }: World, number: string): DialPlanFile {
  const [member] = Object.values(testPlan(ports).members);
  if (member === undefined) throw new Error('the plan has members');
  const forwarded = (number: string, to: string) => ({
    ...{ numbers: [number], name: member.name, field: 'test', source: 'example' as const },
    targets: [{ trunk: 'alliance', number: to, ringSeconds: 30 }],
  });
  return {
    numbering: { country: '86', area: '22' },
    policies: {},
    members: { first: forwarded('8001', '110'), second: forwarded('8002', number) },
    trunks: { alliance: { kind: 'carrier', gateways: [`${server.sip}/udp`], sources: [server.sip] } },
    keys: {},
  };
}
