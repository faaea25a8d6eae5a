import { describe, expect, it } from 'vitest';
import { compareLegs } from '../../../scripts/bench/reconciliation/compare-legs.js';
import type { LedgerLeg } from '../../../scripts/bench/reconciliation/ledger-legs.js';
import type { WireLeg } from '../../../scripts/bench/reconciliation/wire-legs.js';

const wire: WireLeg = {
  callId: 'a@load',
  serverTag: 's',
  peerTag: 'p',
  direction: 'out',
  peer: '127.0.0.1:5080/udp',
  number: '8001',
  identity: '13900000001',
  replaces: null,
  invitedAt: 1000,
  rangAt: 1100,
  answeredAt: 1200,
  ackedAt: 1201,
  cancelledAt: null,
  challenged: [],
  status: 200,
  finalAt: 1200,
  endedBy: 'peer',
  endedAt: 3000,
  byeAt: { peer: 3000 },
  offers: { server: [], peer: [] },
  asks: [],
};
const record: LedgerLeg = {
  id: 'c-2',
  callId: 'c',
  role: 'agent',
  direction: 'out',
  member: 'city',
  peer: '127.0.0.1:5080/udp',
  callerNumber: '13900000001',
  sipCallId: 'a@load',
  startedAt: 998,
  ringingAt: 1101,
  answeredAt: 1202,
  endedAt: 3001,
  outcome: 'answered',
  endedBy: 'agent',
  sipStatus: 200,
  transferId: null,
};

function faults(legs: readonly WireLeg[], records: readonly LedgerLeg[]): readonly string[] {
  const found = compareLegs(legs, records, 50);
  return Object.entries(found.faults).flatMap(([kind, cases]) => cases.map(() => kind));
}

describe('ledger against capture', () => {
  it('agree in a leg that both tell the same of, with how far their times are apart', () => {
    const found = compareLegs([wire], [record], 50);
    expect(found.agreed).toBe(1);
    expect(found.times.map(({ kind, ms }) => [kind, ms])).toEqual([
      ['INVITE', -2],
      ['ring', 1],
      ['answer', 2],
      ['end', 1],
    ]);
    expect(faults([wire], [record])).toEqual([]);
  });

  it.each<[string, Partial<WireLeg>, Partial<LedgerLeg>, string]>([
    ['another peer', {}, { peer: '127.0.0.1:5081/udp' }, 'ids'],
    ['the other direction', {}, { direction: 'in' }, 'ids'],
    ['another status', {}, { sipStatus: 486 }, 'status'],
    ['no status', {}, { sipStatus: null }, 'status'],
    ['another end', {}, { endedBy: 'us' }, 'who hung up'],
    ['an end by another role', {}, { endedBy: 'caller' }, 'who hung up'],
    ['an end by the network', {}, { endedBy: 'network' }, 'who hung up'],
    ['a time that is too late', {}, { endedAt: 3051 }, 'times'],
    ['a time that is too early', {}, { startedAt: 949 }, 'times'],
    ['no ring', {}, { ringingAt: null }, 'times'],
    ['a ring that nobody heard', { rangAt: null }, {}, 'times'],
    ['an end that is not on the wire', { endedBy: null, endedAt: null, byeAt: {} }, {}, 'still open'],
  ])('notices %s', (_, seen, told, kind) => {
    expect(faults([{ ...wire, ...seen }], [{ ...record, ...told }])).toEqual([kind]);
  });

  it('notices a leg that the ledger lacks, one that it made up, and one that it has twice', () => {
    expect(faults([wire], [])).toEqual(['missing']);
    expect(faults([], [record])).toEqual(['too many']);
    expect(faults([wire], [record, { ...record, id: 'c-3' }])).toEqual(['too many']);
  });

  it('takes either side where both hung up in the same moment, and only there', () => {
    const crossed = {
      ...wire,
      endedBy: 'server',
      endedAt: 3002,
      byeAt: { server: 2990, peer: 3002 },
    } as const;
    expect(faults([crossed], [record])).toEqual([]);
    expect(faults([crossed], [{ ...record, endedBy: 'us' }])).toEqual([]);
    expect(compareLegs([crossed], [record], 50).crossed).toBe(1);
    const apart = { ...crossed, byeAt: { server: 2900, peer: 3002 } };
    expect(faults([apart], [record])).toEqual(['who hung up']);
  });

  it('takes silence for the network, or for us who gave up', () => {
    const silent: WireLeg = {
      ...wire,
      rangAt: null,
      answeredAt: null,
      status: null,
      finalAt: null,
      endedBy: 'nobody',
      byeAt: {},
    };
    const told = { ...record, ringingAt: null, answeredAt: null, sipStatus: null };
    expect(faults([silent], [{ ...told, endedBy: 'network' }])).toEqual([]);
    expect(faults([silent], [{ ...told, endedBy: 'us' }])).toEqual([]);
    expect(faults([silent], [{ ...told, endedBy: 'agent' }])).toEqual(['who hung up']);
  });
});
