import { describe, expect, it } from 'vitest';
import type { LedgerRecord } from '../../../../src/ledger/records.js';
import { type Contribution, contributionsOf } from '../../../../src/ledger/statistics/contribution.js';
import type { CubeName } from '../../../../src/ledger/statistics/cubes.js';
import { auditRecord, callRecord, legRecord, recordingRecord, START, transferRecord } from '../records.js';

const HOUR = START / 3_600_000;
const of = (cube: CubeName, record: LedgerRecord): readonly Omit<Contribution, 'cube'>[] =>
  contributionsOf(record)
    .filter((contribution) => contribution.cube === cube)
    .map(({ cube: _, ...rest }) => rest);
const added = (record: LedgerRecord, member: string) =>
  of('members', record).find(({ keys }) => keys[0] === member)?.add;

describe('a call', () => {
  it('is offered to the member first called and answered there, whoever spoke last', () => {
    expect(of('members', callRecord('a'))).toEqual([
      {
        hour: HOUR,
        keys: ['city-12345'],
        add: {
          offered: 1,
          answered: 1,
          waits: 1,
          wait_ms: 2000,
          wait_0: 1,
          in_time: 1,
          held: 1,
          held_ms: 4000,
          moved_1: 1,
        },
      },
    ]);
  });

  it('to somebody who is called back is offered to nobody, and reaches them or not', () => {
    const back = { callBackOf: 'call-0' };
    expect(added(callRecord('a', back), 'city-12345')).toEqual({ called_back: 1, reached_back: 1 });
    const busy = callRecord('b', { ...back, outcome: 'not-reached', answeredAt: null, cause: 'busy' });
    expect(of('members', busy)).toMatchObject([{ keys: ['city-12345'], add: { called_back: 1 } }]);
    expect(of('causes', busy)).toMatchObject([{ keys: ['call', 'city-12345', 'not-reached', 'busy'] }]);
  });

  it('counts in the hour in which it began, also when it ended in another month', () => {
    const long = callRecord('a', { startedAt: START - 1, endedAt: START + 40 * 86_400_000 });
    expect(of('members', long)).toMatchObject([{ hour: HOUR - 1 }]);
  });

  it.each([
    [15_000, true],
    [15_000.4, true],
    [15_001, false],
  ])('that waited %d ms was answered in time: %s', (waitMs, inTime) => {
    expect(added(callRecord('a', { waitMs }), 'city-12345')?.in_time).toBe(inTime ? 1 : undefined);
  });

  it('whose wait was not measured is answered, neither in time nor late', () => {
    const add = added(callRecord('a', { waitMs: null, heldMs: null, hops: null }), 'city-12345');
    expect(add).toEqual({ offered: 1, answered: 1 });
  });

  it('that was cut off after an answer is answered; before one, interrupted', () => {
    const cut = { outcome: 'interrupted', endedBy: 'crash', cause: 'restart' } as const;
    expect(added(callRecord('a', cut), 'city-12345')).toMatchObject({ answered: 1 });
    const before = added(callRecord('a', { ...cut, answeredAt: null, missed: true }), 'city-12345');
    expect(before).toEqual({ offered: 1, missed: 1, interrupted: 1, lost_waits: 1, lost_wait_ms: 2000 });
  });

  it('to a number of nobody, or of an agent that became part of another one, is no member’s', () => {
    const nobody = callRecord('a', {
      firstMember: null,
      outcome: 'refused',
      answeredAt: null,
      cause: 'unknown-number',
    });
    expect(contributionsOf(nobody)).toEqual([
      { cube: 'causes', hour: HOUR, keys: ['call', '', 'refused', 'unknown-number'], add: { times: 1 } },
    ]);
    expect(contributionsOf(callRecord('a', { cause: 'merged' }))).toEqual([]);
  });

  it('that ended as calls do has no cause', () => {
    expect(of('causes', callRecord('a', { cause: 'hung-up' }))).toEqual([]);
    expect(of('causes', callRecord('a', { cause: 'limit' }))).toMatchObject([
      { keys: ['call', 'city-12345', 'answered', 'limit'] },
    ]);
  });
});

describe('a leg', () => {
  it('is taken by the member of its desk, which talks', () => {
    expect(contributionsOf(legRecord('l', { member: 'police-110', role: 'target' }))).toEqual([
      {
        cube: 'members',
        hour: HOUR,
        keys: ['police-110'],
        add: { rang: 1, taken: 1, talks: 1, talk_ms: 28_000 },
      },
    ]);
  });

  it('of an agent who called us did not ring; that of a caller is nobody’s', () => {
    expect(added(legRecord('l', { direction: 'in' }), 'city-12345')).toEqual({ talks: 1, talk_ms: 28_000 });
    expect(contributionsOf(legRecord('l', { role: 'caller', member: 'city-12345' }))).toEqual([]);
  });

  it('that failed has its SIP status as cause; a cancelled one did not fail', () => {
    const failed = { answeredAt: null, talkMs: null } as const;
    const causes = (changes: Parameters<typeof legRecord>[1]) =>
      of('causes', legRecord('l', { ...failed, ...changes })).map(({ keys }) => keys);
    expect(causes({ outcome: 'rejected', sipStatus: 486 })).toEqual([
      ['leg', 'city-12345', 'rejected', '486'],
    ]);
    expect(causes({ outcome: 'unreachable', sipStatus: null })).toEqual([
      ['leg', 'city-12345', 'unreachable', 'none'],
    ]);
    expect(causes({ outcome: 'cancelled', sipStatus: 487 })).toEqual([]);
  });
});

describe('a transfer', () => {
  it('goes out of one member and into the other, in the hour in which it was asked for', () => {
    const hour = HOUR;
    expect(contributionsOf(transferRecord('t', { matter: 'water-01' }))).toEqual([
      {
        cube: 'matrix',
        hour,
        keys: ['city-12345', 'police-110', 'completed'],
        add: { transfers: 1, switched: 1, switch_ms: 5010 },
      },
      {
        cube: 'members',
        hour,
        keys: ['city-12345'],
        add: { out_completed: 1, switches: 1, switch_ms: 5010 },
      },
      { cube: 'members', hour, keys: ['police-110'], add: { in_completed: 1 } },
      { cube: 'switches', hour, keys: ['city-12345', 27], add: { switches: 1 } },
      { cube: 'matters', hour, keys: ['water-01', 'city-12345'], add: { asked: 1, completed: 1 } },
    ]);
  });

  it('that alerts moves nobody', () => {
    const alert = transferRecord('t', { mode: 'alert', switchMs: 3, matter: 'water-01' });
    expect(of('matrix', alert)).toEqual([
      { hour: HOUR, keys: ['city-12345', 'police-110', 'alerted'], add: { transfers: 1 } },
    ]);
    expect(of('switches', alert)).toEqual([]);
    expect(of('matters', alert)).toMatchObject([{ add: { asked: 1, completed: 1 } }]);
    expect(of('matrix', { ...alert, outcome: 'refused' })).toMatchObject([
      { keys: ['city-12345', 'police-110', 'refused'] },
    ]);
  });

  it('to what is no member counts for the one that asked, with its cause', () => {
    const refused = transferRecord('t', {
      toMember: null,
      outcome: 'refused',
      cause: 'not-a-member',
      switchMs: null,
    });
    expect(contributionsOf(refused)).toEqual([
      { cube: 'matrix', hour: HOUR, keys: ['city-12345', '', 'refused'], add: { transfers: 1 } },
      { cube: 'members', hour: HOUR, keys: ['city-12345'], add: { out_refused: 1 } },
      {
        cube: 'causes',
        hour: HOUR,
        keys: ['transfer', 'city-12345', 'refused', 'not-a-member'],
        add: { times: 1 },
      },
    ]);
  });
});

describe('other records', () => {
  it('count where somebody was called back, and nowhere else', () => {
    const noted = contributionsOf(auditRecord('a', { action: 'called-back', subject: 'call-1' }));
    expect(noted).toMatchObject([{ cube: 'members', keys: [''], add: { noted_back: 1 } }]);
    const ours = { action: 'called-back', subject: 'call-1', callId: 'call-2' } as const;
    expect(contributionsOf(auditRecord('a', ours))).toEqual([]);
    expect(contributionsOf(auditRecord('a'))).toEqual([]);
    expect(contributionsOf(recordingRecord('r'))).toEqual([]);
  });

  it('that cannot be add nothing, or no more than can be', () => {
    expect(contributionsOf(callRecord('a', { startedAt: Number.NaN }))).toEqual([]);
    const unknown = { ...transferRecord('t'), outcome: 'exploded' } as unknown as LedgerRecord;
    expect(contributionsOf(unknown)).toEqual([]);
    const odd = callRecord('a', { waitMs: Number.POSITIVE_INFINITY, heldMs: -4, hops: -1 });
    expect(added(odd, 'city-12345')).toEqual({ offered: 1, answered: 1, moved_0: 1 });
    expect(added(callRecord('a', { waitMs: 1e300 }), 'city-12345')?.wait_ms).toBe(10_000_000_000);
  });
});
