import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../src/agents/agent.js';
import type { AgentContact } from '../../../src/agents/agent-contacts.js';
import { NO_AGENTS } from '../../../src/agents/agents.js';
import { type Desks, isQueue, type Stage } from '../../../src/call/candidate.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import { Occupancy } from '../../../src/engine/occupancy.js';
import { PlanRouting } from '../../../src/engine/plan-routing.js';

/** Stages of members some of whose desks are phones that agents register. */

const PLAN = `
numbering: { country: "86", area: "22" }
members:
  city:
    numbers: ["12345"]
    name: { zh: 市, en: City }
    field: city
    source: published
    targets:
      - { agent: li-na, ringSeconds: 9 }
      - together: [{ extension: "8018" }, { trunk: pbx-city, number: "1" }]
      - { agent: ma-bo }
  youth:
    numbers: ["12355"]
    name: { zh: 青, en: Youth }
    field: youth
    source: published
    targets: [{ agent: wu-di }]
trunks:
  line: { kind: carrier, sources: ["10.9.0.0/16"] }
  pbx-city: { kind: member, member: city, gateways: ["10.1.0.1:5060/udp"], capacity: 1 }
`;

const agent = (id: string, member: string, extension: string): Agent => ({
  id,
  member,
  extension,
  displayName: id,
  role: 'agent',
  skills: [],
  languages: [],
  liaisonFor: [],
  enabled: true,
});
const all = [agent('li-na', 'city', '8017'), agent('chen', 'city', '8018'), agent('ma-bo', 'youth', '8017')];

const phone = (id: string, of: string): AgentContact => ({
  id,
  agent: of,
  device: null,
  uri: `sip:${of}@192.168.1.5:5062`,
  route: null,
  ways: [
    { nextHop: 'sip:10.7.0.1:40000', peer: '10.7.0.1:40000/udp' },
    { nextHop: null, peer: '192.168.1.5:5062/udp' },
  ],
});

function routingWith(phones: readonly AgentContact[]): { routing: PlanRouting; occupancy: Occupancy } {
  const parsed = parseDialPlan(PLAN, 'plan.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const occupancy = new Occupancy();
  const routing = new PlanRouting(parsed.plan, {
    isUp: () => true,
    canMix: () => false,
    occupancy,
    agents: {
      ...NO_AGENTS,
      agent: (id) => all.find((one) => one.id === id),
      atExtension: (member, ext) => all.find((one) => one.member === member && one.extension === ext),
      contactsOf: (id) => phones.filter((one) => one.agent === id),
    },
    random: () => 0,
    anchored: false,
    times: { noResponseMs: 4000, notifyAnswerMs: 5000 },
  });
  return { routing, occupancy };
}

const at = { utc: Date.parse('2026-11-23T10:00:00+08:00'), mono: 0 };

function desksOf(stage: Stage | undefined): Desks {
  if (stage === undefined || isQueue(stage)) throw new Error('there are desks in the plan, and no queues');
  return stage;
}

describe('a desk that is an agent', () => {
  it('is a branch for each phone, which ring at once, with its ways one after the other', () => {
    const { routing } = routingWith([phone('1', 'li-na'), phone('2', 'li-na')]);
    const first = desksOf(routing.stages('city', null)[0]);
    expect(first).toHaveLength(2);
    expect(first[0]).toEqual([
      {
        member: 'city',
        trunk: null,
        gateway: null,
        uri: 'sip:li-na@192.168.1.5:5062',
        peer: '10.7.0.1:40000/udp',
        number: '8017',
        ringSeconds: 9,
        mayTransfer: true,
        phone: { agent: 'li-na', contact: '1', nextHop: 'sip:10.7.0.1:40000', route: null },
      },
      expect.objectContaining({
        peer: '192.168.1.5:5062/udp',
        phone: { agent: 'li-na', contact: '1', nextHop: null, route: null },
      }),
    ]);
  });

  it('rings on one flow of a device at a time, the others are ways to the same phone', () => {
    const device = '<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>';
    const flows = ['1', '2'].map((id) => ({ ...phone(id, 'li-na'), device }));
    const { routing } = routingWith([...flows, phone('3', 'li-na')]);
    const branches = desksOf(routing.stages('city', null)[0]);
    expect(branches.map((branch) => branch.map((way) => way.phone?.contact))).toEqual([
      ['1', '1', '2', '2'],
      ['3', '3'],
    ]);
  });

  it('is passed over while no phone is registered; a desk beside it still rings', () => {
    const numbers = (phones: readonly AgentContact[]) =>
      routingWith(phones)
        .routing.stages('city', null)
        .map((stage) =>
          desksOf(stage)
            .map((branch) => branch[0]?.number)
            .join('+'),
        );
    expect(numbers([])).toEqual(['1']);
    expect(numbers([phone('1', 'chen')])).toEqual(['8018+1']);
    expect(numbers([phone('1', 'chen'), phone('2', 'li-na')])).toEqual(['8017', '8018+1']);
  });

  it('takes calls of its own member alone', () => {
    const { routing } = routingWith([phone('1', 'ma-bo')]);
    expect(routing.stages('city', null).flat(2)).toMatchObject([{ number: '1' }]);
  });

  it('leaves a member without stages when there is no other desk, which is not full for that', () => {
    const { routing } = routingWith([]);
    expect(routing.stages('youth', null)).toEqual([]);
    expect(routing.obstacle('youth', at)).toBeNull();
  });

  it('needs no line of a trunk', () => {
    const { routing, occupancy } = routingWith([phone('1', 'li-na')]);
    occupancy.started({ leg: 'x', call: 'x', member: null, trunk: 'pbx-city' });
    expect(routing.stages('city', null).flat(2)).toMatchObject([{ number: '8017' }, { number: '8017' }]);
    expect(routing.obstacle('city', at)).toBeNull();
  });
});
