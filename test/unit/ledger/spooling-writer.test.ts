import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS } from '../../../src/ledger/chain.js';
import { Spool } from '../../../src/ledger/spool.js';
import { type BatchStore, SpoolingWriter } from '../../../src/ledger/spooling-writer.js';
import type { Batch } from '../../../src/ledger/writer-store.js';
import { callRecord } from './fixtures.js';

let folder: string;
let full: boolean;
/** Number of the last batch of an earlier run. */
let before: number;
let written: Batch[];
let news: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onekey-spooling-'));
  full = false;
  before = 0;
  written = [];
  news = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const openStore = (): BatchStore => {
  if (full) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  return {
    get lastBatch() {
      return written.at(-1)?.number ?? before;
    },
    commit(batch) {
      if (full) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      written.push(batch);
      return { head: { count: written.length, hash: GENESIS }, conflicts: [] };
    },
    close() {
      if (full) throw new Error('database or disk is full');
    },
  };
};

function writer(spool: Spool | null): SpoolingWriter {
  return new SpoolingWriter(openStore, spool, {
    spooling: ({ code, records }) => news.push(`${code} ${records}`),
    caughtUp: ({ records, damaged }) => news.push(`caught up ${records} ${damaged}`),
    conflicts: () => news.push('conflicts'),
  });
}

function batch(number: number): Batch {
  const callId = `call-${number % 3}`;
  return {
    number,
    records: [callRecord(`record-${number}`)],
    journal: [{ callId, snapshot: JSON.stringify({ number }), writtenAt: number }],
  };
}

const ids = (): readonly string[] => written.flatMap(({ records }) => records.map(({ id }) => id));

describe('SpoolingWriter', () => {
  it('writes past the spool while the disk is well', () => {
    const spool = new Spool(folder);
    writer(spool).commit(batch(1));
    expect(ids()).toEqual(['record-1']);
    expect(spool.empty).toBe(true);
  });

  it('keeps what the disk refuses, and takes it in, in order, when it is well again', () => {
    const writing = writer(new Spool(folder));
    writing.commit(batch(1));
    full = true;
    for (const number of [2, 3, 4]) writing.commit(batch(number));
    expect(ids()).toEqual(['record-1']);
    expect(writing.takeIn()).toBe(false);
    full = false;
    // What comes now must not overtake.
    writing.commit(batch(5));
    expect(ids()).toEqual(['record-1']);
    expect(writing.takeIn()).toBe(true);
    expect(writing.behind).toBe(false);
    expect(ids()).toEqual([1, 2, 3, 4, 5].map((number) => `record-${number}`));
    writing.commit(batch(6));
    expect(ids().at(-1)).toBe('record-6');
    expect(news).toEqual(['SQLITE_FULL 1', 'SQLITE_FULL 3', 'caught up 4 0']);
  });

  it('takes in the last state of each call only, under the number of the last batch', () => {
    const writing = writer(new Spool(folder));
    full = true;
    for (const number of [1, 2, 3, 4, 5]) writing.commit(batch(number));
    full = false;
    writing.takeIn();
    expect(written.map(({ number }) => number)).toEqual([5]);
    expect(written[0]?.journal.map(({ snapshot }) => snapshot)).toEqual([
      '{"number":3}',
      '{"number":4}',
      '{"number":5}',
    ]);
  });

  it('refuses where there is no spool, or the spool is full as well', () => {
    full = true;
    expect(() => writer(null).commit(batch(1))).toThrow('disk is full');
    const spool = new Spool(folder);
    spool.append = () => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    const both = writer(spool);
    expect(() => both.commit(batch(1))).toThrow(
      'database or disk is full; nor does the spool take it: no space left',
    );
    full = false;
    both.commit(batch(1));
    expect(ids()).toEqual(['record-1']);
  });

  it('leaves what the disk refuses to the end for the next run', () => {
    const first = writer(new Spool(folder));
    full = true;
    for (const number of [1, 2]) first.commit(batch(number));
    first.close();
    full = false;
    const second = writer(new Spool(folder));
    expect(second.behind).toBe(true);
    second.close();
    expect(ids()).toEqual(['record-1', 'record-2']);
    expect(new Spool(folder).empty).toBe(true);
  });

  it('takes in what waits from an earlier run under a number that the ledger has not had', () => {
    const first = writer(new Spool(folder));
    full = true;
    for (const number of [1, 2]) first.commit(batch(number));
    first.close();
    // Meanwhile the server ran without its spool.
    full = false;
    before = 50;
    writer(new Spool(folder)).close();
    expect(written.map(({ number }) => number)).toEqual([51]);
    expect(ids()).toEqual(['record-1', 'record-2']);
  });

  it('says at the end when the disk refuses and nothing waits in the spool', () => {
    const writing = writer(new Spool(folder));
    writing.commit(batch(1));
    full = true;
    expect(() => writing.close()).toThrow('disk is full');
  });
});
