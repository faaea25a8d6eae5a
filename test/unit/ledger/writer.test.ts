import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ledgerFolder, livePath } from '../../../src/ledger/ledger-folder.js';
import { DEFAULT_TIMEZONE } from '../../../src/ledger/month.js';
import { startWorker } from '../../../src/ledger/start-worker.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import { WriterThread } from '../../../src/ledger/writer-thread.js';
import { legRecord, newestMonth, START, temporaryFolder, writerOf } from './fixtures.js';

let dir = '';

beforeEach(() => {
  dir = temporaryFolder();
});

const entry = (callId: string, snapshot: string | null) => ({ callId, snapshot, writtenAt: START });

describe('WriterStore', () => {
  it('writes a batch once, however often it comes', () => {
    const store = writerOf(dir);
    const first = { number: 1, records: [legRecord('a')], journal: [entry('call-1', '{"step":1}')] };
    const second = { number: 2, records: [legRecord('b')], journal: [entry('call-1', null)] };
    store.commit(first);
    const { head } = store.commit(second);
    // An answer was lost: the batch comes again, and must not bring the call back to life.
    expect(store.commit(first)).toMatchObject({ head, conflicts: [] });
    expect(store.commit(second)).toMatchObject({ head, conflicts: [] });
    store.close();
    const live = new Database(livePath(ledgerFolder(dir)), { readonly: true });
    expect(live.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(0);
    live.close();
    const db = new Database(newestMonth(dir), { readonly: true });
    expect(db.prepare('SELECT count(*) FROM legs').pluck().get()).toBe(2);
    db.close();
  });

  it('keeps nothing of a batch that fails in its middle', async () => {
    const store = writerOf(dir);
    const bad = { ...legRecord('b'), kind: 'parcel' } as never;
    expect(() => store.commit({ number: 1, records: [legRecord('a'), bad], journal: [] })).toThrow();
    expect(store.commit({ number: 1, records: [legRecord('c')], journal: [] }).head.count).toBe(1);
    store.close();
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 1 } });
  });

  it('shows a commit to other connections at once', () => {
    const store = writerOf(dir);
    store.commit({ number: 1, records: [legRecord('a')], journal: [] });
    const db = new Database(newestMonth(dir), { readonly: true });
    expect(db.prepare('SELECT id FROM legs').pluck().all()).toEqual(['a']);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    db.close();
    store.close();
  });
});

describe('WriterThread', () => {
  /** A thread whose answers come as a list that can be waited for. */
  function bench() {
    writerOf(dir).close();
    const answers: string[] = [];
    const waiting: (() => void)[] = [];
    const workers: Worker[] = [];
    const heard = (answer: string): void => {
      answers.push(answer);
      for (const wake of waiting.splice(0)) wake();
    };
    const thread = new WriterThread(
      { folder: ledgerFolder(dir), timezone: DEFAULT_TIMEZONE, spool: null, begin: false },
      {
        committed: (number) => heard(`committed ${number}`),
        refused: (code) => heard(`refused ${code}`),
        spooling: ({ code }) => heard(`spooling ${code}`),
        caughtUp: () => heard('caught up'),
        conflicts: () => heard('conflicts'),
      },
      (setup) => {
        const worker = startWorker(
          'writer-worker',
          new URL('../../../src/ledger/writer-thread.ts', import.meta.url).href,
          setup,
        );
        workers.push(worker);
        return worker;
      },
    );
    onTestFinished(async () => {
      for (const worker of workers) await worker.terminate();
    });
    const next = async (count: number): Promise<string[]> => {
      while (answers.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return answers;
    };
    return { thread, workers, next };
  }

  it('is started again when it dies, and tells that its batch was not written', async () => {
    const { thread, workers, next } = bench();
    thread.send({ number: 1, records: [legRecord('a')], journal: [] });
    expect(await next(1)).toEqual(['committed 1']);
    await workers[0]?.terminate();
    expect((await next(2))[1]).toBe('refused Error');
    thread.send({ number: 2, records: [legRecord('b')], journal: [] });
    expect((await next(3))[2]).toBe('committed 2');
    expect(workers).toHaveLength(2);
    await thread.close();
    expect(await verifyLedger(ledgerFolder(dir))).toMatchObject({ ok: true, head: { count: 2 } });
  });

  it('refuses while the files are gone, and says so on closing', async () => {
    const { thread, next } = bench();
    // As when the disk is gone and its mount point is left: no new ledger may begin there.
    for (const name of readdirSync(ledgerFolder(dir))) rmSync(join(ledgerFolder(dir), name));
    thread.send({ number: 1, records: [legRecord('a')], journal: [] });
    expect(await next(1)).toEqual(['refused SQLITE_CANTOPEN']);
    await expect(thread.close()).rejects.toThrow('could not be closed');
    expect(readdirSync(ledgerFolder(dir))).toEqual([]);
  });
});
