import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Holds } from '../../../src/ledger/keeping/holds.js';
import { Keeper } from '../../../src/ledger/keeping/keeper.js';
import { monthsBefore } from '../../../src/ledger/keeping/retention.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { ledgerFolder, listMonths, monthPath } from '../../../src/ledger/ledger-folder.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { WriterStore } from '../../../src/ledger/writer-store.js';
import { middleOf, someMonths } from './some-months.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'onekey-retention-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const MONTHS = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'];
const court = { by: 'archive', reason: 'file 17/2026' };

/** A ledger that writes at once, at a time that the test sets. */
class PromptLedger implements Pick<Ledger, 'append' | 'flush'> {
  failing = false;
  readonly #store: WriterStore;
  constructor(now: () => number) {
    this.#store = new WriterStore({ folder: ledgerFolder(dir), now });
  }
  append(records: readonly LedgerRecord[]): void {
    if (this.failing) return;
    this.#store.commit({ number: this.#store.lastBatch + 1, records, journal: [] });
  }
  async flush(): Promise<void> {
    if (this.failing) throw new Error('the disk is full');
  }
  close(): void {
    this.#store.close();
  }
}

async function keepingAt(
  month: string,
  retentionMonths: number,
  failing = false,
): Promise<readonly string[]> {
  const now = (): number => middleOf(month);
  const ledger = new PromptLedger(now);
  ledger.failing = failing;
  const log: string[] = [];
  const hear = (_: object, message: string): void => void log.push(message);
  const keeper = new Keeper({
    folder: ledgerFolder(dir),
    ledger,
    retentionMonths,
    timezone: 'Asia/Shanghai',
    now,
    log: { info: hear, warn: hear, error: hear },
  });
  await keeper.look();
  ledger.close();
  return log;
}

const left = (): readonly string[] => listMonths(ledgerFolder(dir));
const verified = () => verifyLedger(ledgerFolder(dir));

describe('retention', () => {
  it('keeps everything where nothing else is said', async () => {
    someMonths(dir, MONTHS);
    await keepingAt('2026-06', 0);
    expect(left()).toEqual(MONTHS);
  });

  it('deletes whole months whose time is over, and the chain can still be checked', async () => {
    someMonths(dir, MONTHS);
    await keepingAt('2026-06', 3);
    expect(left()).toEqual(['2026-03', '2026-04', '2026-05', '2026-06']);
    expect((await verified()).ok).toBe(true);
  });

  it('tells a month that was deleted by rule from one that somebody took away', async () => {
    const folder = someMonths(dir, MONTHS);
    await keepingAt('2026-06', 3);
    rmSync(monthPath(folder, '2026-03'));
    expect(await verified()).toMatchObject({ ok: false, break: { problem: 'month' } });
  });

  it('goes on deleting as months pass', async () => {
    someMonths(dir, MONTHS);
    await keepingAt('2026-06', 3);
    await keepingAt('2026-07', 3);
    expect(left()[0]).toBe('2026-03');
    // The file of July is there now, with the audit of June's look in none of the files that go.
    someMonths(dir, ['2026-07', '2026-08']);
    await keepingAt('2026-08', 3);
    expect(left()).toEqual(['2026-05', '2026-06', '2026-07', '2026-08']);
    expect((await verified()).ok).toBe(true);
  });

  it.each([
    ['caller', { kind: 'caller', number: '13800002602' }],
    ['call', { kind: 'call', callId: 'call-2026-02' }],
    ['month', { kind: 'month', month: '2026-02' }],
  ] as const)('leaves a month with a %s that is held, until that is released', async (_, target) => {
    const folder = someMonths(dir, MONTHS);
    const holds = new Holds(folder);
    const { id } = holds.add(target, court, middleOf('2026-06'));
    await keepingAt('2026-06', 3);
    expect(left()).toEqual(['2026-02', '2026-03', '2026-04', '2026-05', '2026-06']);
    expect((await verified()).ok).toBe(true);
    expect(holds.unaudited()).toEqual([]);
    holds.release(id, court, middleOf('2026-06'));
    await keepingAt('2026-06', 3);
    expect(left()).toEqual(['2026-03', '2026-04', '2026-05', '2026-06']);
    expect((await verified()).ok).toBe(true);
  });

  it('checks the chain over a gap between months that are there', async () => {
    const folder = someMonths(dir, MONTHS);
    new Holds(folder).add({ kind: 'month', month: '2026-01' }, court, middleOf('2026-06'));
    await keepingAt('2026-06', 2);
    expect(left()).toEqual(['2026-01', '2026-04', '2026-05', '2026-06']);
    expect((await verified()).ok).toBe(true);
    rmSync(monthPath(folder, '2026-01'));
    expect(await verified()).toMatchObject({ ok: false, break: { problem: 'month' } });
  });

  it('deletes nothing before the record of it is on disk', async () => {
    someMonths(dir, MONTHS);
    const log = await keepingAt('2026-06', 3, true);
    expect(left()).toEqual(MONTHS);
    expect(log.some((message) => message.includes('could not be deleted'))).toBe(true);
  });

  it('never deletes the file that is written nor the one before it', async () => {
    someMonths(dir, ['2026-01', '2026-02']);
    await keepingAt('2026-12', 1);
    expect(left().slice(0, 2)).toEqual(['2026-01', '2026-02']);
  });

  it('does not believe a clock that is years ahead', async () => {
    someMonths(dir, MONTHS);
    await keepingAt('2036-06', 3);
    expect(left()).toEqual(expect.arrayContaining(['2026-04', '2026-05', '2026-06']));
  });

  it('leaves nothing of a month behind', async () => {
    const folder = someMonths(dir, MONTHS);
    await keepingAt('2026-06', 3);
    for (const suffix of ['', '-wal', '-shm'])
      expect(existsSync(monthPath(folder, '2026-01') + suffix)).toBe(false);
  });

  it('counts months over the turn of a year', () => {
    expect(monthsBefore('2026-01', 1)).toBe('2025-12');
    expect(monthsBefore('2026-03', 24)).toBe('2024-03');
    expect(monthsBefore('2026-12', -1)).toBe('2027-01');
  });
});
