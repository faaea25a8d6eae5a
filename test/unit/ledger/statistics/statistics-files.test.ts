import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { ledgerFolder, monthPath } from '../../../../src/ledger/ledger-folder.js';
import { openLedgerReader } from '../../../../src/ledger/ledger-reader.js';
import { MonthFiles } from '../../../../src/ledger/month-files.js';
import type { LedgerRecord } from '../../../../src/ledger/records.js';
import { hourOf, SCALES } from '../../../../src/ledger/statistics/hours.js';
import { statisticsFiles } from '../../../../src/ledger/statistics/statistics-files.js';
import { sumCube } from '../../../../src/ledger/statistics/sum-cube.js';
import { callRecord, legRecord, temporaryFolder, transferRecord, writerOf } from '../fixtures.js';

const APRIL = Date.parse('2026-03-31T16:00:00Z');
const YEAR = { from: hourOf(Date.parse('2025-12-31T16:00Z')), to: hourOf(Date.parse('2026-12-31T16:00Z')) };

/** A ledger written at these times, and its reader in a thread of its own. */
function ledger(...written: readonly (readonly [number, readonly LedgerRecord[]])[]) {
  const dir = temporaryFolder();
  let now = written[0]?.[0] ?? APRIL;
  const open = () => writerOf(dir, { now: () => now });
  const store = open();
  for (const [i, [at, records]] of written.entries()) {
    now = at;
    store.commit({ number: i + 1, records, journal: [] });
  }
  store.close();
  const opened = openLedgerReader({ dir });
  if (!opened.ok) throw new Error(opened.fault.message);
  onTestFinished(() => opened.reader.close());
  return { reader: opened.reader, file: (month: string) => monthPath(ledgerFolder(dir), month), open };
}

const atMidnight = callRecord('call-2', { startedAt: APRIL - 5000, firstMember: 'police-110' });

it('adds up what one hour has in the files of two months, and knows a call’s month from its beginning', async () => {
  const { reader, file } = ledger(
    [APRIL - 1000, [callRecord('call-1', { startedAt: APRIL - 60_000, firstMember: 'police-110' })]],
    [APRIL + 1000, [legRecord('leg-2', { startedAt: APRIL - 4000, member: 'police-110' }), atMidnight]],
  );
  expect(existsSync(file('2026-03')) && existsSync(file('2026-04'))).toBe(true);
  const { now, before } = {
    now: { from: hourOf(APRIL), to: hourOf(APRIL) + 720 },
    before: { from: hourOf(APRIL) - 744, to: hourOf(APRIL) },
  };
  const { all, members, missing } = await reader.statistics('compare', { now, before });
  expect([all.now.offered, all.before.offered, all.before.taken]).toEqual([0, 2, 1]);
  expect(members.map(({ member }) => member)).toEqual(['police-110']);
  expect(missing).toEqual([]);
  const lastHour = await reader.statistics('figures', {
    from: hourOf(APRIL) - 1,
    to: hourOf(APRIL),
    timezone: 'Asia/Shanghai',
  });
  expect(lastHour.all.offered).toBe(2);
});

it('counts a record once that comes again, and one that is refused not at all', async () => {
  const again = callRecord('call-1', { firstMember: 'police-110' });
  const { reader } = ledger(
    [APRIL - 1000, [callRecord('call-1')]],
    [APRIL - 500, [callRecord('call-1'), again, callRecord('call-2')]],
    [APRIL + 500, [callRecord('call-2'), transferRecord('transfer-1')]],
  );
  const { all } = await reader.statistics('figures', { ...YEAR, timezone: 'Asia/Shanghai' });
  expect([all.offered, all.transfersOut.completed]).toEqual([2, 1]);
});

it('names months whose statistics are of another version, and has them again when they are made anew', async () => {
  const { reader, file, open } = ledger([APRIL - 1000, [callRecord('call-1')]]);
  const db = new Database(file('2026-03'));
  db.prepare("UPDATE meta SET value = '0' WHERE key = 'derived.statistics'").run();
  db.exec('DROP TABLE statistics_matrix; CREATE TABLE statistics_of_old (x)');
  db.close();
  const query = { ...YEAR, timezone: 'Asia/Shanghai' };
  expect(await reader.statistics('figures', query)).toMatchObject({
    missing: ['2026-03'],
    all: { offered: 0 },
  });
  open().close();
  expect(await reader.statistics('figures', query)).toMatchObject({ missing: [], all: { offered: 1 } });
  expect((await reader.statistics('matrix', YEAR)).cells).toEqual([]);
});

it('tells what came in some times, and since when anything is known', async () => {
  const { reader } = ledger(
    [APRIL - 1000, [callRecord('call-1'), transferRecord('transfer-1', { matter: 'water-01' })]],
    [APRIL + 1000, [atMidnight]],
  );
  const first = hourOf(callRecord('x').startedAt);
  const { since, items } = await reader.statistics('arrivals', {
    times: [first, hourOf(APRIL) - 1, 0].map((hour) => ({ from: hour, to: hour + 1 })),
  });
  expect(since).toBe(first);
  expect(items).toEqual([
    { from: first, to: first + 1, of: 'member', name: 'city-12345', count: 1 },
    { from: first, to: first + 1, of: 'matter', name: 'water-01', count: 1 },
    { from: hourOf(APRIL) - 1, to: hourOf(APRIL), of: 'member', name: 'police-110', count: 1 },
  ]);
});

it('reads what is left out of a month at the same moment as all of it, while records come', () => {
  const dir = temporaryFolder();
  const store = writerOf(dir, { now: () => APRIL + 1000 });
  const months = new MonthFiles(ledgerFolder(dir));
  onTestFinished(() => {
    months.close();
    store.close();
  });
  const offered = (number: number, startedAt: number): void =>
    void store.commit({ number, records: [callRecord(`call-${number}`, { startedAt })], journal: [] });
  for (let day = 0; day < 20; day += 1) offered(day + 1, APRIL + day * 86_400_000);
  const [file] = statisticsFiles(months, null);
  if (file === undefined) throw new Error('there is no file');
  const count = (): unknown =>
    file.prepare('SELECT SUM(offered) AS offered FROM statistics_members WHERE scale = ?').all(SCALES.file);
  file.atOnce((hours) => {
    expect(count()).toEqual([{ offered: 20 }]);
    offered(21, APRIL - 5000);
    expect(hours?.from).toBe(hourOf(APRIL));
    expect(count()).toEqual([{ offered: 20 }]);
  });
  const april = { from: hourOf(APRIL), to: hourOf(APRIL) + 720 };
  const wish = { cube: 'members', by: ['member'], sums: ['offered'] } as const;
  // Taken before the last one came: its hours do not have that one's.
  expect(sumCube([file], april, wish)).toEqual([{ member: 'city-12345', offered: 20 }]);
  expect(sumCube(statisticsFiles(months, null), april, wish)).toEqual([
    { member: 'city-12345', offered: 20 },
  ]);
});

it('knows nothing of an empty ledger', async () => {
  const { reader } = ledger();
  expect(await reader.statistics('goals', YEAR)).toMatchObject({
    all: { offered: 0, worstDay: null, spans: 0 },
    members: [],
  });
  expect(await reader.statistics('arrivals', { times: [{ from: 1, to: 2 }] })).toMatchObject({
    since: null,
    items: [],
  });
});
