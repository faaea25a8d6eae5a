import { describe, expect, it } from 'vitest';
import { NO_AGENTS } from '../../../src/agents/agents.js';
import type { Instant } from '../../../src/call/call.js';
import { type Desks, isQueue, type Stage } from '../../../src/call/candidate.js';
import { Occupancy } from '../../../src/engine/occupancy.js';
import { PlanRouting } from '../../../src/engine/plan-routing.js';
import { planOf, randomFrom } from '../dialplan/plan-text.js';

const PLAN = `numbering: { country: "86", area: "22" }
policies: { maxHops: 2, maxHuntSeconds: 60, maxCallSeconds: 3600, betweenKeysSeconds: 1.5 }
members:
  police:
    numbers: ["110"]
    name: { zh: 警察, en: Police }
    field: police
    emergency: true
    source: example
    targets:
      - { trunk: pbx-a, number: "1" }
      - { trunk: pbx-b, number: "2" }
    fallback: city
  city:
    numbers: ["12345"]
    name: { zh: 市政, en: City }
    field: city
    source: example
    targets:
      - { trunk: pbx-a, number: "10", ringSeconds: 30 }
      - together: [{ trunk: pbx-a, number: "11" }, { trunk: pbx-a, number: "12" }, { trunk: pbx-b, number: "13" }]
      - { trunk: pbx-b, number: "14" }
      - { for: [police, youth], trunk: pbx-c, number: "15" }
    capacity: 2
  youth:
    numbers: ["12355"]
    name: { zh: 青少年, en: Youth }
    field: youth
    source: example
    targets:
      - weighted: [{ trunk: pbx-a, number: "20", weight: 3 }, { trunk: pbx-b, number: "21" }]
      - { trunk: pbx-a, number: "22" }
    hours: { weekly: ["mon-fri 08:30-12:00"], timezone: Asia/Shanghai }
    mayTransferTo: [city]
  legal:
    numbers: ["12348"]
    name: { zh: 法律, en: Legal }
    field: legal
    source: example
    targets: [{ trunk: pbx-c, number: "30" }]
    mayNotTransferTo: [youth]
trunks:
  carrier: { kind: carrier, sources: [127.0.0.0/8] }
  pbx-a: { kind: member, member: city, gateways: [10.0.0.1, "[::1]:5061/tcp"], capacity: 3 }
  pbx-b: { kind: member, member: youth, gateways: [10.0.0.2], capacity: 1 }
  pbx-c: { kind: member, member: legal, gateways: [10.0.0.3] }
keys: { "*1": police, "*2": city }
`;

const plan = planOf(PLAN);
const open: Instant = { utc: Date.parse('2026-11-23T10:00:00+08:00'), mono: 0 };
const night: Instant = { utc: Date.parse('2026-11-23T22:00:00+08:00'), mono: 0 };

/** Routing, what is in use, and which gateways are down. */
function routingOf(world: { readonly random?: () => number; readonly down?: readonly string[] } = {}) {
  const { random = () => 0, down = [] } = world;
  const occupancy = new Occupancy();
  const routing = new PlanRouting(plan, {
    isUp: (gateway) => !down.includes(gateway),
    occupancy,
    agents: NO_AGENTS,
    random,
    anchored: false,
    canMix: () => false,
    times: { noResponseMs: 4000, notifyAnswerMs: 5000 },
  });
  let legs = 0;
  const occupy = (trunk: string | null, member: string | null = null, call = `call${legs}`): string => {
    legs += 1;
    occupancy.started({ leg: `leg-${legs}`, call, member, trunk });
    return `leg-${legs}`;
  };
  /** Numbers by stage: desks of a stage joined by `+`, ways to one desk by `/`. */
  const numbers = (id: string, from: string | null = null): string[] =>
    routing.stages(id, from).map((stage) =>
      desksOf(stage)
        .map((branch) => [...new Set(branch.map(({ number }) => number))].join('/'))
        .join('+'),
    );
  return { routing, occupancy, occupy, numbers };
}

function desksOf(stage: Stage | undefined): Desks {
  if (stage === undefined || isQueue(stage)) throw new Error('there are desks in the plan, and no queues');
  return stage;
}

describe('stages', () => {
  it('are the targets in their order, desks that ring together in one', () => {
    expect(routingOf().numbers('city')).toEqual(['10', '11+12+13', '14']);
    expect(routingOf().numbers('police')).toEqual(['1', '2']);
    expect(routingOf().numbers('nobody')).toEqual([]);
  });

  it('begin with the liaison desk of the member that transfers, which nobody else is sent to', () => {
    const { numbers } = routingOf();
    expect(numbers('city', 'police')).toEqual(['15', '10', '11+12+13', '14']);
    expect(numbers('city', 'youth')).toEqual(['15', '10', '11+12+13', '14']);
    expect(numbers('city', 'legal')).toEqual(['10', '11+12+13', '14']);
    expect(numbers('city', 'city')).toEqual(['10', '11+12+13', '14']);
  });

  it('have the gateways of a desk that are up as ways to it, or all when none is', () => {
    const first = (down: readonly string[]) =>
      desksOf(routingOf({ down }).routing.stages('city', null)[0])[0];
    const [a, b] = ['pbx-a/10.0.0.1:5060/udp', 'pbx-a/[::1]:5061/tcp'];
    expect(first([])).toEqual([
      {
        member: 'city',
        trunk: 'pbx-a',
        gateway: a,
        uri: 'sip:10@10.0.0.1:5060',
        peer: '10.0.0.1:5060/udp',
        number: '10',
        ringSeconds: 30,
        mayTransfer: true,
        phone: null,
      },
      {
        member: 'city',
        trunk: 'pbx-a',
        gateway: b,
        uri: 'sip:10@[::1]:5061;transport=tcp',
        peer: '[::1]:5061/tcp',
        number: '10',
        ringSeconds: 30,
        mayTransfer: true,
        phone: null,
      },
    ]);
    expect(first([a])?.map(({ gateway }) => gateway)).toEqual([b]);
    expect(first([a, b])?.map(({ gateway }) => gateway)).toEqual([a, b]);
  });

  it('draw the order of weighted desks anew each time, in proportion to their weights', () => {
    const below = randomFrom(12345);
    const { numbers } = routingOf({ random: () => below(1 << 24) / (1 << 24) });
    let heavierFirst = 0;
    for (let round = 0; round < 4000; round++) {
      const [first, second, third] = numbers('youth');
      expect([[first, second].sort(), third]).toEqual([['20', '21'], '22']);
      if (first === '20') heavierFirst += 1;
    }
    expect(heavierFirst / 4000).toBeCloseTo(0.75, 1.5);
  });

  it('leave out what is on a trunk that is full, until a leg on it ends', () => {
    const { numbers, occupy, occupancy } = routingOf();
    const leg = occupy('pbx-b');
    expect(numbers('city')).toEqual(['10', '11+12']);
    expect(numbers('city', 'police')).toEqual(['15', '10', '11+12']);
    occupancy.ended(leg);
    expect(numbers('city')).toEqual(['10', '11+12+13', '14']);
  });

  it('ring no more desks together than the trunk has room for', () => {
    const { numbers, occupy } = routingOf();
    occupy('pbx-a');
    expect(numbers('city')).toEqual(['10', '11+12+13', '14']);
    occupy('pbx-a');
    expect(numbers('city')).toEqual(['10', '11+13', '14']);
    occupy('pbx-a');
    expect(numbers('city')).toEqual(['13', '14']);
  });

  it('are never empty: when all is full they are as if nothing were', () => {
    const { numbers, occupy } = routingOf();
    for (let legs = 0; legs < 5; legs++) occupy('pbx-a');
    occupy('pbx-b');
    expect(numbers('city')).toEqual(['10', '11+12+13', '14']);
  });

  it('of an emergency member put what is full last, and leave nothing out', () => {
    const { numbers, occupy } = routingOf();
    for (let legs = 0; legs < 3; legs++) occupy('pbx-a');
    expect(numbers('police')).toEqual(['2', '1']);
    occupy('pbx-b');
    expect(numbers('police')).toEqual(['1', '2']);
  });
});

describe('an obstacle', () => {
  it('is that the member is closed, with the time when it opens', () => {
    const { routing } = routingOf();
    expect([routing.obstacle('youth', open), routing.opensAt('youth', open)]).toEqual([null, null]);
    expect(routing.obstacle('youth', night)).toBe('closed');
    expect(routing.opensAt('youth', night)).toBe(Date.parse('2026-11-24T08:30:00+08:00'));
    expect([routing.obstacle('legal', night), routing.opensAt('legal', night)]).toEqual([null, null]);
    expect([routing.obstacle('nobody', night), routing.opensAt('nobody', night)]).toEqual([null, null]);
  });

  it('is that the member has as many calls as it takes', () => {
    const { routing, occupy, occupancy } = routingOf();
    occupy('pbx-c', 'city', 'first');
    occupy('pbx-c', 'city', 'first');
    expect(routing.obstacle('city', open)).toBeNull();
    const leg = occupy('pbx-c', 'city', 'second');
    expect(routing.obstacle('city', open)).toBe('full');
    occupancy.ended(leg);
    expect(routing.obstacle('city', open)).toBeNull();
  });

  it('is that all trunks of its targets are full, those of liaison desks aside', () => {
    const { routing, occupy } = routingOf();
    occupy('pbx-b');
    occupy('pbx-a');
    occupy('pbx-a');
    expect(routing.obstacle('city', open)).toBeNull();
    occupy('pbx-a');
    expect(routing.obstacle('city', open)).toBe('full');
    expect(routing.obstacle('legal', open)).toBeNull();
  });

  it('is none for an emergency member, whatever is in use', () => {
    const { routing, occupy } = routingOf();
    for (let legs = 0; legs < 9; legs++) occupy('pbx-a', 'police');
    for (let legs = 0; legs < 9; legs++) occupy('pbx-b', 'police');
    expect(routing.obstacle('police', night)).toBeNull();
  });
});

describe('who may transfer where', () => {
  const { routing } = routingOf();
  it.each<[string | null, string, boolean]>([
    ['police', 'legal', true],
    ['city', 'youth', true],
    ['youth', 'city', true],
    ['youth', 'legal', false],
    ['youth', 'police', true],
    ['legal', 'youth', false],
    ['legal', 'city', true],
    ['legal', 'police', true],
    [null, 'youth', true],
    [null, 'nobody', false],
    ['city', 'nobody', false],
    ['of another plan', 'city', false],
    ['of another plan', 'police', true],
  ])('%s to %s: %s', (from, to, may) => {
    expect(routing.mayTransfer(from, to)).toBe(may);
  });
});

it('limits and keys are those of the plan', () => {
  const { routing } = routingOf();
  expect(routing.limits).toEqual({
    anchored: false,
    ringback: 'prompt',
    announcement: { prompt: 'call-back', maxMs: 30_000 },
    maxHops: 2,
    maxHuntMs: 60_000,
    maxCallMs: 3_600_000,
    betweenKeysMs: 1500,
    noResponseMs: 4000,
    notifyAnswerMs: 5000,
  });
  const { action } = routing.readKeys('**2');
  expect(action).toEqual({ kind: 'transfer', mode: 'consult', address: '*2' });
  expect(routing.resolve('*2#')).toEqual({ id: 'city', number: '12345', emergency: false, fallback: null });
  expect(routing.resolve('*3')).toBeUndefined();
  expect(routing.member('police')).toEqual({
    id: 'police',
    number: '110',
    emergency: true,
    fallback: 'city',
  });
});
