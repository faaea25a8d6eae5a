import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { eraseFromReports } from '../../../../src/api/reports/erase-from-reports.js';
import { ReportStore } from '../../../../src/api/reports/report-store.js';
import type { AuditRecord } from '../../../../src/ledger/records.js';
import { START, temporaryFolder } from '../../ledger/fixtures.js';

const NUMBER = '13900009999';
const WISH = { numbers: [NUMBER, `+86${NUMBER}`], by: 'chen', reason: 'request 17', pseudonym: 'person-17' };

let store: ReportStore;
let written: AuditRecord[];

beforeEach(() => {
  store = new ReportStore(join(temporaryFolder(), 'reports.json'));
  written = [];
});

async function save(name: string, filter: Readonly<Record<string, string>>) {
  const rest = { what: 'calls', period: null, format: 'csv', language: 'zh', savedBy: 'li' } as const;
  await store.save({ name, filter, ...rest, savedAt: START });
}

function erase(append: (record: AuditRecord) => Promise<void> = async (one) => void written.push(one)) {
  return eraseFromReports(WISH, { store, append, now: () => START + 1 });
}

describe('the number of a caller who is erased', () => {
  it('goes from filters and names of saved reports, which say so, and from no other', async () => {
    await save('of-one', { caller: NUMBER, outcome: 'missed' });
    await save('of-one-abroad', { caller: `+86${NUMBER}` });
    await save('beginning', { caller: '1390000*' });
    await save(`calls-of-${NUMBER}`, { member: 'city-12345' });
    await save('calls-of-erased', {});
    await save('beginning-of-many', { caller: '139*' });
    await save('other', { caller: '13900009998', minWait: '13' });
    expect([...(await erase())].sort()).toEqual([
      'beginning',
      'calls-of-erased-2',
      'of-one',
      'of-one-abroad',
    ]);
    const kept = await store.list();
    expect(JSON.stringify(kept)).not.toContain(NUMBER);
    expect(kept.map(({ name, filter, erasedAt }) => [name, filter.caller ?? null, erasedAt ?? null])).toEqual(
      [
        ['beginning', 'person-17', START + 1],
        ['beginning-of-many', '139*', null],
        ['calls-of-erased', null, null],
        ['calls-of-erased-2', null, START + 1],
        ['of-one', 'person-17', START + 1],
        ['of-one-abroad', 'person-17', START + 1],
        ['other', '13900009998', null],
      ],
    );
    expect(kept.find(({ name }) => name === 'of-one')?.filter).toEqual({
      caller: 'person-17',
      outcome: 'missed',
    });
    expect(written.map(({ actor, action }) => [actor, action])).toEqual(
      Array(4).fill(['chen', 'report-erased']),
    );
    expect(JSON.stringify(written)).not.toContain(NUMBER);
    expect(JSON.parse(written[0]?.detail ?? '')).toEqual({ reason: 'request 17', pseudonym: 'person-17' });
    expect(await erase()).toEqual([]);
  });

  it('stays where that cannot be written, so that the same request does it later', async () => {
    await save('of-one', { caller: NUMBER });
    await expect(erase(() => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect((await store.get('of-one'))?.filter.caller).toBe(NUMBER);
    expect(await erase()).toEqual(['of-one']);
  });
});
