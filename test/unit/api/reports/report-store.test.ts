import { chownSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Report } from '../../../../src/api/reports/report-schemas.js';
import { ReportStore } from '../../../../src/api/reports/report-store.js';
import { temporaryFolder } from '../../ledger/fixtures.js';

function report(name: string): Report {
  return {
    what: 'calls',
    period: null,
    filter: {},
    format: 'csv',
    language: 'zh',
    name,
    savedBy: 'li',
    savedAt: 1,
  };
}

it('reports of two programs are all kept, however they come between each other', async () => {
  const dir = temporaryFolder();
  const stores = [0, 1, 2].map(() => new ReportStore(join(dir, 'reports.json')));
  const names = stores.flatMap((store, one) => [0, 1, 2].map((more) => ({ store, name: `r${one}${more}` })));
  const saved = await Promise.all(names.map(({ store, name }) => store.save(report(name))));
  expect(new Set(saved)).toEqual(new Set(['new']));
  expect((await stores[0]?.list())?.map(({ name }) => name)).toEqual(names.map(({ name }) => name));
  expect(readdirSync(dir)).toEqual(['reports.json']);
});

it('a report waits for another program that is saving one', async () => {
  const dir = temporaryFolder();
  const part = join(dir, 'reports.json.part');
  writeFileSync(part, '');
  const store = new ReportStore(join(dir, 'reports.json'));
  const saving = store.save(report('a'));
  await sleep(150);
  expect(await store.list()).toEqual([]);
  rmSync(part);
  expect(await saving).toBe('new');
});

it('what a crash left behind is in nobody’s way', async () => {
  const dir = temporaryFolder();
  const part = join(dir, 'reports.json.part');
  writeFileSync(part, '{"reports": [');
  utimesSync(part, 1, 1);
  expect(await new ReportStore(join(dir, 'reports.json')).save(report('a'))).toBe('new');
  expect(readdirSync(dir)).toEqual(['reports.json']);
});

it('what is saved belongs to whom the folder does, also when root saves it', async () => {
  const dir = temporaryFolder();
  if (process.getuid?.() === 0) chownSync(dir, 12_345, 12_346);
  await new ReportStore(join(dir, 'reports.json')).save(report('a'));
  const { uid, gid } = statSync(join(dir, 'reports.json'));
  expect({ uid, gid }).toMatchObject({ uid: statSync(dir).uid, gid: statSync(dir).gid });
});
