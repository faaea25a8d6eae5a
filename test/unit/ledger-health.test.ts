import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { LedgerHealth, type LedgerNews } from '../../src/ledger-health.js';
import { callRecord } from './ledger/fixtures.js';

const REFUSED = {
  kind: 'refused',
  code: 'SQLITE_FULL',
  message: 'disk is full',
  waiting: 7,
  retryInMs: 100,
} as const;
const SPOOLING = { kind: 'spooling', code: 'SQLITE_FULL', message: 'disk is full', records: 9 } as const;

function bench() {
  const news: LedgerNews[] = [];
  const health = new LedgerHealth((each) => news.push(each));
  return { health, news };
}

it('tells once when the disk begins to refuse, and once when it is well again', () => {
  const { health, news } = bench();
  for (let times = 3; times > 0; times--) health.hear(REFUSED);
  expect(health.problems()).toEqual(['the ledger cannot write: disk is full; 7 entries wait in memory']);
  health.hear({ kind: 'recovered', refusals: 3 });
  expect(health.problems()).toEqual([]);
  expect(news).toEqual([
    { type: 'ledger-refused', detail: { code: 'SQLITE_FULL', keptIn: 'memory' } },
    { type: 'ledger-back', detail: {} },
  ]);
});

it('is well only when neither memory nor spool has anything left', () => {
  const { health, news } = bench();
  health.hear(SPOOLING);
  health.hear(REFUSED);
  health.hear({ kind: 'recovered', refusals: 1 });
  expect(health.problems()).toEqual(['the ledger cannot write: disk is full; 9 records are in the spool']);
  health.hear({ kind: 'caught-up', records: 9, damaged: 0 });
  expect(health.problems()).toEqual([]);
  expect(news.map(({ type }) => type)).toEqual(['ledger-refused', 'ledger-back']);
});

it('goes on telling of records that the ledger does not have', () => {
  const { health } = bench();
  health.hear({ kind: 'overflow', records: [callRecord('call-1'), callRecord('call-2')] });
  health.hear({ kind: 'caught-up', records: 9, damaged: 1 });
  expect(health.problems()).toEqual([
    '2 records are not in the ledger, for want of room: they are in the log',
    "1 entries of the ledger's spool were damaged and are lost",
  ]);
});

it('has figures for Prometheus', async () => {
  const { health } = bench();
  const registry = new Registry();
  health.addMetrics(registry);
  health.hear(SPOOLING);
  for (const waitedMs of [4, 12, 30]) health.hearDurable(waitedMs);
  const text = await registry.metrics();
  expect(text).toContain('onekey_ledger_writable 0');
  expect(text).toContain('onekey_ledger_spooled_records 9');
  expect(text).toContain('onekey_ledger_refusals_total 1');
  expect(text).toContain('onekey_ledger_durable_seconds_bucket{le="0.02"} 2');
  expect(text).toContain('onekey_ledger_durable_seconds_count 3');
});
