import { describe, expect, it, onTestFinished } from 'vitest';
import { ledgerFolder } from '../../../src/ledger/ledger-folder.js';
import { type LedgerReader, openLedgerReader } from '../../../src/ledger/ledger-reader.js';
import type { CallFilter, Cursor, LegFilter, TransferFilter } from '../../../src/ledger/query.js';
import { decodeCursor, encodeCursor } from '../../../src/ledger/query.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { hourOf } from '../../../src/ledger/statistics/hours.js';
import { callRecord, legRecord, START, temporaryFolder, transferRecord, writerOf } from './fixtures.js';

interface Bench {
  readonly reader: LedgerReader;
  write(...records: LedgerRecord[]): void;
}

function bench(thread = false): Bench {
  const dir = temporaryFolder();
  const store = writerOf(dir);
  const opened = openLedgerReader({ dir, thread });
  if (!opened.ok) throw new Error(opened.fault.message);
  onTestFinished(async () => {
    await opened.reader.close();
    store.close();
  });
  let number = 0;
  return {
    reader: opened.reader,
    write: (...records) => {
      number += 1;
      store.commit({ number, records, journal: [] });
    },
  };
}

const ids = ({ items }: { items: readonly { id: string }[] }) => items.map(({ id }) => id).join(' ');

describe('LedgerReader', () => {
  it('filters calls', async () => {
    const { reader, write } = bench();
    write(
      callRecord('a', { startedAt: START, firstMember: 'youth', lastMember: 'police', callerNumber: '138' }),
      callRecord('b', { startedAt: START + 1, firstMember: 'city', lastMember: 'youth', trunk: 'other' }),
      callRecord('c', {
        startedAt: START + 2,
        outcome: 'missed',
        missed: true,
        cause: 'busy',
        endedBy: 'us',
      }),
      callRecord('d', { startedAt: START + 3, callerNumber: '1380', endedBy: 'network' }),
      callRecord('e', { startedAt: START + 4, callerNumber: null }),
    );
    const cases: [CallFilter, string][] = [
      [{}, 'e d c b a'],
      [{ order: 'oldest' }, 'a b c d e'],
      [{ from: START + 1, to: START + 3 }, 'c b'],
      [{ member: 'youth' }, 'b a'],
      [{ caller: '138' }, 'a'],
      [{ caller: '138*' }, 'd c b a'],
      [{ caller: '1380*', order: 'oldest' }, 'b c d'],
      [{ caller: "'; DROP TABLE calls; --" }, ''],
      [{ trunk: 'other' }, 'b'],
      [{ outcome: 'missed' }, 'c'],
      [{ missed: true }, 'c'],
      [{ missed: false }, 'e d b a'],
      [{ cause: 'busy' }, 'c'],
      [{ endedBy: 'network' }, 'd'],
      [{ member: 'youth', from: START + 1 }, 'b'],
    ];
    for (const [filter, expected] of cases)
      expect(ids(await reader.calls(filter)), JSON.stringify(filter)).toBe(expected);
  });

  it('filters legs', async () => {
    const { reader, write } = bench();
    write(
      legRecord('a', { role: 'caller', direction: 'in', member: null, sipCallId: 'x' }),
      legRecord('b', { startedAt: START + 1, outcome: 'rejected', sipStatus: 486, endedBy: 'agent' }),
      legRecord('c', { startedAt: START + 2, role: 'target', callId: 'call-2', trunk: 'pbx-110' }),
    );
    const cases: [LegFilter, string][] = [
      [{ callId: 'call-1' }, 'b a'],
      [{ member: 'city-12345' }, 'c b'],
      [{ caller: '13800001111' }, 'c b a'],
      [{ trunk: 'pbx-110' }, 'c'],
      [{ role: 'caller' }, 'a'],
      [{ direction: 'out' }, 'c b'],
      [{ outcome: 'rejected' }, 'b'],
      [{ sipStatus: 486 }, 'b'],
      [{ sipCallId: 'x' }, 'a'],
      [{ endedBy: 'agent' }, 'b'],
    ];
    for (const [filter, expected] of cases)
      expect(ids(await reader.legs(filter)), JSON.stringify(filter)).toBe(expected);
  });

  it('filters transfers', async () => {
    const { reader, write } = bench();
    write(
      transferRecord('a'),
      transferRecord('b', { requestedAt: START, toMember: null, outcome: 'refused', cause: 'not-a-member' }),
      transferRecord('c', {
        requestedAt: START + 1,
        fromMember: 'police-110',
        trigger: 'api',
        callId: 'call-2',
      }),
    );
    const cases: [TransferFilter, string][] = [
      [{}, 'a c b'],
      [{ member: 'police-110' }, 'a c'],
      [{ toMember: 'police-110' }, 'a c'],
      [{ fromMember: 'police-110' }, 'c'],
      [{ trigger: 'api' }, 'c'],
      [{ mode: 'blind' }, 'a c b'],
      [{ outcome: 'refused' }, 'b'],
      [{ cause: 'not-a-member' }, 'b'],
      [{ callId: 'call-2' }, 'c'],
      [{ to: START + 1 }, 'b'],
    ];
    for (const [filter, expected] of cases)
      expect(ids(await reader.transfers(filter)), JSON.stringify(filter)).toBe(expected);
  });

  it.each(['newest', 'oldest'] as const)(
    'pages %s first without doubling or leaving out what was there, while rows arrive',
    async (order) => {
      const { reader, write } = bench();
      const there = Array.from({ length: 23 }, (_, n) =>
        // Three calls at a time start in the same millisecond.
        callRecord(`call-${n}`, { startedAt: START + Math.floor(n / 3) }),
      );
      write(...there);
      const seen: string[] = [];
      let cursor: Cursor | undefined;
      let arrivals = 0;
      do {
        const page = await reader.calls({ order, limit: 4, cursor });
        seen.push(...page.items.map(({ id }) => id));
        expect(page.items.length).toBeGreaterThan(0);
        // A cursor survives its trip through a URL.
        cursor = page.next === null ? undefined : decodeCursor(encodeCursor(page.next));
        arrivals += 1;
        write(callRecord(`late-${arrivals}`, { startedAt: START + arrivals }));
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      const old = seen.filter((id) => id.startsWith('call-'));
      const expected = there.map(({ id }) => id);
      expect(old).toEqual(order === 'oldest' ? expected : expected.reverse());
    },
  );

  it('gives the end of a listing that fills its last page', async () => {
    const { reader, write } = bench();
    write(callRecord('a'), callRecord('b'));
    expect((await reader.calls({ limit: 2 })).next).toBeNull();
    expect((await reader.calls({ limit: 1 })).next).toEqual({ time: START, seq: 2 });
  });

  it('holds the page size within 1 and 500', async () => {
    const { reader, write } = bench();
    write(...Array.from({ length: 501 }, (_, n) => callRecord(`call-${n}`)));
    expect((await reader.calls({ limit: 100_000 })).items).toHaveLength(500);
    expect((await reader.calls({ limit: 0 })).items).toHaveLength(1);
    expect((await reader.calls({})).items).toHaveLength(50);
  });

  it('tells the story of a call, also while the call record is still to come', async () => {
    const { reader, write } = bench();
    expect(await reader.story('call-1')).toBeUndefined();
    write(legRecord('leg-2', { startedAt: START + 9 }), legRecord('leg-1'), transferRecord('transfer-1'));
    const story = await reader.story('call-1');
    expect(story?.call).toBeNull();
    expect(story?.legs.map(({ id }) => id)).toEqual(['leg-1', 'leg-2']);
    expect(story?.transfers.map(({ id }) => id)).toEqual(['transfer-1']);
    write(callRecord('call-1'));
    expect((await reader.story('call-1'))?.call).toEqual({ seq: 4, ...callRecord('call-1') });
    expect((await reader.head()).count).toBe(4);
  });

  it('reads in a thread of its own, and stands off when too much is asked at once', async () => {
    const { reader, write } = bench(true);
    write(callRecord('a'));
    expect(ids(await reader.calls({}))).toBe('a');
    const answers = await Promise.allSettled(Array.from({ length: 70 }, () => reader.head()));
    const failed = answers.filter((answer) => answer.status === 'rejected');
    expect(failed).toHaveLength(6);
    expect(failed[0]?.reason).toMatchObject({ name: 'LedgerReadError', code: 'busy' });
    await reader.close();
    await expect(reader.head()).rejects.toMatchObject({ code: 'closed' });
  });

  it('turns pages while as many questions as may wait are asked of the statistics', async () => {
    const { reader, write } = bench(true);
    write(callRecord('a'));
    const query = { from: hourOf(START), to: hourOf(START) + 24 };
    const goals = Array.from({ length: 64 }, () => reader.statistics('goals', query));
    expect(ids(await reader.calls({}))).toBe('a');
    expect((await Promise.all(goals)).every(({ all }) => all.offered === 1)).toBe(true);
  });

  it('names the missing file and the remedy', () => {
    const dir = temporaryFolder();
    const result = openLedgerReader({ dir });
    expect(result).toMatchObject({ ok: false, fault: { code: 'missing', path: ledgerFolder(dir) } });
  });

  it('takes no text for a cursor that is none', () => {
    expect(decodeCursor(encodeCursor({ time: -5, seq: 2 }))).toEqual({ time: -5, seq: 2 });
    for (const text of ['', 'x', 'bm9uZQ', '1.2', encodeCursor({ time: 1, seq: Number.NaN })])
      expect(decodeCursor(text), text).toBeUndefined();
  });
});
