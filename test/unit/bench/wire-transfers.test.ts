import { describe, expect, it } from 'vitest';
import type { LoadPorts } from '../../../scripts/bench/reconciliation/site.js';
import { compareSums, seenSums } from '../../../scripts/bench/reconciliation/statistics.js';
import type { Ask, WireLeg } from '../../../scripts/bench/reconciliation/wire-legs.js';
import { type SeenTransfer, seenTransfers } from '../../../scripts/bench/reconciliation/wire-transfers.js';

const ports: LoadPorts = {
  carrier: 1,
  stranger: 2,
  desks: {
    ...{ city: 10, police: 11, funeral: 12, 'funeral-b': 13, youth: 14 },
    ...{ 'youth-b': 15, duty: 16, legal: 17, health: 18 },
  },
};

function leg(callId: string, port: number, changes: Partial<WireLeg> = {}): WireLeg {
  return {
    callId,
    serverTag: 's',
    peerTag: 'p',
    direction: 'out',
    peer: `127.0.0.1:${port}/udp`,
    number: '8001',
    identity: '13900000007',
    replaces: null,
    invitedAt: 0,
    rangAt: null,
    answeredAt: 100,
    ackedAt: 101,
    cancelledAt: null,
    challenged: [],
    status: 200,
    finalAt: 100,
    endedBy: 'peer',
    endedAt: 9000,
    byeAt: {},
    offers: { server: [], peer: [] },
    asks: [],
    ...changes,
  };
}

/** A caller whose telephone was told at 710 where the other party is now. */
const caller = (changes: Partial<WireLeg> = {}) =>
  leg('caller', 1, {
    direction: 'in',
    number: '12345',
    offers: { server: [{ at: 710, status: 200 }], peer: [] },
    ...changes,
  });
const target = (changes: Partial<WireLeg> = {}) =>
  leg('target', 11, { invitedAt: 510, answeredAt: 700, ...changes });
const refer = (changes: Partial<Extract<Ask, { by: 'refer' }>> = {}): Ask => ({
  ...{ by: 'refer', side: 'peer', at: 500, status: 202, to: '110', replaces: null, news: [100], told: null },
  ...changes,
});
const keys = (typed: string): readonly Ask[] =>
  [...typed].map((key, n) => ({ by: 'info', at: 500 + n, status: 200, key }));

/** What came of it when the agent of 12345 asked for that. */
function seen(
  asks: readonly Ask[],
  end: Partial<WireLeg>,
  ...others: readonly WireLeg[]
): readonly SeenTransfer[] {
  return seenTransfers([leg('agent', 10, { asks: [...asks], ...end }), ...others], ports);
}

describe('transfers on the wire', () => {
  it.each<[string, Partial<Extract<Ask, { by: 'refer' }>>, SeenTransfer['outcome']]>([
    ['completed', { told: 200 }, 'completed'],
    ['failed', { told: 486 }, 'failed'],
    ['given up', { told: 487 }, 'abandoned'],
    ['refused', { status: 403 }, 'refused'],
  ])('by REFER are %s as the agent was told', (_, told, outcome) => {
    const common = { story: 7, trigger: 'refer', mode: 'blind', fromMember: 'city', toMember: 'police' };
    expect(seen([refer(told)], {}, caller())).toEqual([{ ...common, outcome }]);
  });

  it('of an agent who has left are known by what became of the target and the caller', () => {
    const left = { endedAt: 520 };
    const outcome = (...others: WireLeg[]) =>
      seen([refer()], left, ...others).map((transfer) => transfer.outcome);
    expect(outcome(caller(), target())).toEqual(['completed']);
    const moving = { server: [{ at: 710, status: 487 }], peer: [] };
    expect(outcome(caller({ endedAt: 712, offers: moving }), target())).toEqual(['abandoned']);
    expect(outcome(caller(), target({ answeredAt: null, status: 486, endedAt: 600 }))).toEqual(['failed']);
    expect(
      outcome(caller({ endedAt: 590 }), target({ answeredAt: null, cancelledAt: 591, endedAt: 592 })),
    ).toEqual(['abandoned']);
  });

  it('by keys are consulted or not, completed when the agent leaves first, and given up when taken back', () => {
    const of = (typed: string, endedAt: number) => seen(keys(typed), { endedAt }, caller(), target());
    expect(of('*2', 800)).toMatchObject([
      { trigger: 'key', mode: 'blind', toMember: 'police', outcome: 'completed' },
    ]);
    expect(of('**2*#', 800)).toMatchObject([{ mode: 'consult', outcome: 'completed' }]);
    expect(of('**2*0', 800)).toMatchObject([{ mode: 'consult', outcome: 'abandoned' }]);
    expect(of('**2', 9500)).toMatchObject([{ mode: 'consult', outcome: 'abandoned' }]);
  });

  it('by an INVITE with Replaces are those of the agent whose leg it names', () => {
    const taker = leg('taker', 11, { direction: 'in', replaces: 'agent', invitedAt: 600 });
    const vain = { ...taker, callId: 'vain', replaces: 'nobody' };
    expect(seen([], {}, caller(), taker, vain)).toEqual([
      {
        ...{ story: 7, trigger: 'replaces', mode: 'consult', fromMember: 'city', toMember: 'police' },
        outcome: 'completed',
      },
    ]);
  });
});

describe('sums of the wire', () => {
  const consulting = leg('second', 10, { direction: 'in', number: '110' });
  const legs = [
    caller(),
    caller({ callId: 'slow', answeredAt: 15_020 }),
    caller({ callId: 'gone', answeredAt: null, status: 487 }),
    caller({ callId: 'lost', answeredAt: null, status: 480, endedBy: 'server' }),
    leg('agent', 10, { asks: [refer({ replaces: 'second', told: 200 })] }),
    consulting,
    target({ answeredAt: null }),
  ];

  it('count a call for the member called first, and none for an agent whose call became part of another', () => {
    const { sums, close } = seenSums(legs, seenTransfers(legs, ports), ports, 50);
    expect(Object.fromEntries(sums)).toEqual({
      city: {
        offered: 4,
        answered: 2,
        answeredInTime: 1,
        abandoned: 1,
        lost: 1,
        rang: 1,
        taken: 1,
        'out completed': 1,
      },
      police: { rang: 1, 'in completed': 1 },
    });
    expect(Object.fromEntries(close)).toEqual({ city: 1 });
  });

  it('differ where one figure does, but for calls that were answered in about 15 s', () => {
    const wire = seenSums(legs, [], ports, 50);
    const told = new Map(wire.sums);
    expect(compareSums(told, wire)).toEqual([]);
    expect(compareSums(new Map(told).set('city', { ...told.get('city'), answeredInTime: 2 }), wire)).toEqual(
      [],
    );
    expect(compareSums(new Map(told).set('city', { ...told.get('city'), offered: 5 }), wire)).toEqual([
      'city offered: 5 told, 4 on the wire',
    ]);
    expect(compareSums(new Map([...told].slice(1)), wire)).toHaveLength(6);
  });
});
