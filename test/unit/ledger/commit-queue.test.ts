import { describe, expect, it } from 'vitest';
import { CommitQueue } from '../../../src/ledger/commit-queue.js';
import type { LedgerTrouble } from '../../../src/ledger/faults.js';
import type { Batch } from '../../../src/ledger/writer-store.js';
import { callRecord, legRecord } from './fixtures.js';

/** A queue with a clock that the test moves and a writer that the test answers for. */
function bench({ commitMs = 10, mostWaiting = 10_000 } = {}) {
  let now = 1000;
  let timers: { at: number; action: () => void }[] = [];
  const sent: Batch[] = [];
  const durable: number[] = [];
  const troubles: LedgerTrouble[] = [];
  const queue = new CommitQueue({
    firstBatch: 7,
    commitMs,
    mostWaiting,
    clock: {
      now: () => now,
      elapsed: () => now,
      after: (ms, action) => {
        const timer = { at: now + ms, action };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
    },
    send: (batch) => sent.push(batch),
    onTrouble: (trouble) => troubles.push(trouble),
    onDurable: (waitedMs) => durable.push(waitedMs),
  });
  const advance = (ms: number): void => {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { action } of due) action();
  };
  return { queue, sent, durable, troubles, advance, timers: () => timers.length };
}

describe('CommitQueue', () => {
  it('sends what comes together in one batch at once, and in the order in which it came', () => {
    const { queue, sent, advance } = bench();
    queue.append([legRecord('a')], undefined);
    queue.append([legRecord('b'), legRecord('c')], undefined);
    expect(sent).toHaveLength(0);
    advance(0);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.number).toBe(7);
    expect(sent[0]?.records.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('gathers what comes within commitMs of the last batch, and waits no longer when that took longer', () => {
    const { queue, sent, advance } = bench();
    const ids = () => sent.map(({ records }) => records.map(({ id }) => id));
    queue.append([legRecord('a')], undefined);
    advance(0);
    queue.committed(7);
    advance(3);
    queue.append([legRecord('b')], undefined);
    advance(6);
    queue.append([legRecord('c')], undefined);
    expect(sent).toHaveLength(1);
    advance(1);
    expect(ids()).toEqual([['a'], ['b', 'c']]);
    queue.append([legRecord('d')], undefined);
    advance(15);
    queue.committed(8);
    advance(0);
    expect(ids()).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('tells how long the oldest entry of each batch waited until it was on disk', async () => {
    const { queue, durable, advance } = bench();
    queue.journal('call-1', { step: 1 });
    advance(2);
    queue.append([legRecord('a')], undefined);
    advance(0);
    queue.append([legRecord('b')], undefined);
    advance(3);
    queue.committed(7);
    advance(7);
    advance(1);
    queue.committed(8);
    expect(durable).toEqual([5, 11]);
    advance(100);
    queue.append([legRecord('c')], undefined);
    const flushed = queue.flush();
    advance(4);
    queue.committed(9);
    await flushed;
    expect(durable).toEqual([5, 11, 4]);
  });

  it('keeps the last state of a call only, and reads it when the batch leaves', () => {
    const { queue, sent, advance } = bench();
    queue.journal('call-1', { step: 1 });
    queue.journal('call-2', { step: 1 });
    queue.journal('call-1', { step: 2 });
    advance(10);
    expect(sent[0]?.journal).toEqual([
      { callId: 'call-1', snapshot: '{"step":2}', writtenAt: 1000 },
      { callId: 'call-2', snapshot: '{"step":1}', writtenAt: 1000 },
    ]);
  });

  it('forgets a call that closes, and remembers one that opens again under the same id', () => {
    const { queue, sent, advance } = bench();
    queue.journal('call-1', { step: 1 });
    queue.append([callRecord('call-1')], 'call-1');
    advance(10);
    expect(sent[0]?.journal.map(({ snapshot }) => snapshot)).toEqual([null]);
    queue.committed(7);
    queue.append([], 'call-2');
    queue.journal('call-2', { again: true });
    advance(10);
    expect(sent[1]?.journal.map(({ snapshot }) => snapshot)).toEqual(['{"again":true}']);
  });

  it('has one batch on its way at a time', () => {
    const { queue, sent, advance } = bench();
    queue.append([legRecord('a')], undefined);
    advance(10);
    queue.append([legRecord('b')], undefined);
    advance(100);
    expect(sent).toHaveLength(1);
    queue.committed(7);
    advance(10);
    expect(sent.map(({ records }) => records.map(({ id }) => id))).toEqual([['a'], ['b']]);
    expect(sent[1]?.number).toBe(8);
  });

  it('resolves a flush only when its own entries are durable', async () => {
    const { queue, sent, advance } = bench();
    queue.append([legRecord('a')], undefined);
    advance(10);
    queue.append([legRecord('b')], undefined);
    let done = false;
    const flushed = queue.flush().then(() => {
      done = true;
    });
    queue.committed(7);
    await Promise.resolve();
    expect(done).toBe(false);
    expect(sent).toHaveLength(2); // A flush does not wait for the timer.
    queue.committed(8);
    await flushed;
    expect(queue.waiting).toBe(0);
    await queue.flush();
  });

  it('sends a refused batch again, unchanged and first, ever more slowly, and tells', async () => {
    const { queue, sent, troubles, advance } = bench();
    queue.append([legRecord('a')], undefined);
    const flushed = queue.flush();
    queue.append([legRecord('b')], undefined);
    queue.refused('SQLITE_FULL', 'database or disk is full');
    await expect(flushed).rejects.toThrow('SQLITE_FULL');
    for (const retry of [100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
      expect(troubles.at(-1)).toMatchObject({ kind: 'refused', waiting: 2, retryInMs: retry });
      const before = sent.length;
      advance(retry - 1);
      expect(sent).toHaveLength(before);
      advance(1);
      expect(sent).toHaveLength(before + 1);
      expect(sent.at(-1)).toBe(sent[0]);
      queue.refused('SQLITE_FULL', 'database or disk is full');
    }
    advance(5000);
    queue.committed(7);
    expect(troubles.at(-1)).toEqual({ kind: 'recovered', refusals: 9 });
    advance(10);
    expect(sent.at(-1)?.records.map(({ id }) => id)).toEqual(['b']);
  });

  it('takes no entry out of turn while the disk refuses', async () => {
    const { queue, sent, advance } = bench();
    queue.append([legRecord('a')], undefined);
    advance(10);
    queue.refused('SQLITE_IOERR', 'disk I/O error');
    queue.append([legRecord('b')], undefined);
    queue.journal('call-1', {});
    const flushed = queue.flush();
    expect(sent).toHaveLength(1);
    advance(100);
    queue.committed(7);
    expect(sent[2]?.records.map(({ id }) => id)).toEqual(['b']);
    queue.committed(8);
    await flushed;
  });

  it('splits a long queue and forgets a call only with its last records', async () => {
    const { queue, sent } = bench();
    const records = Array.from({ length: 4500 }, (_, n) => legRecord(`leg-${n}`));
    queue.journal('call-1', { step: 1 });
    queue.append(records, 'call-1');
    const flushed = queue.flush();
    for (const number of [7, 8, 9]) queue.committed(number);
    await flushed;
    expect(sent.map((batch) => [batch.records.length, batch.journal.length])).toEqual([
      [2000, 0],
      [2000, 0],
      [500, 1],
    ]);
    expect(sent.flatMap((batch) => batch.records.map(({ id }) => id))).toEqual(records.map(({ id }) => id));
  });

  it('reports a state that is no JSON, and writes the rest', () => {
    const { queue, sent, troubles, advance } = bench();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    queue.journal('call-1', circle);
    queue.journal('call-2', undefined);
    queue.journal('call-3', { fine: true });
    advance(10);
    expect(sent[0]?.journal.map(({ callId }) => callId)).toEqual(['call-3']);
    expect(troubles.map((trouble) => trouble.kind === 'not-json' && trouble.callId)).toEqual([
      'call-1',
      'call-2',
    ]);
  });

  it('leaves no timer behind when it is stopped, and none when there is nothing to do', () => {
    const { queue, timers, advance } = bench();
    queue.append([], undefined);
    expect(timers()).toBe(0);
    queue.append([legRecord('a')], undefined);
    advance(10);
    queue.committed(7);
    expect(timers()).toBe(0);
    queue.append([legRecord('b')], undefined);
    expect(timers()).toBe(1);
    queue.stop();
    expect(timers()).toBe(0);
  });

  it('pays no attention to answers for other batches', () => {
    const { queue, advance } = bench();
    queue.append([legRecord('a')], undefined);
    queue.committed(6);
    queue.refused('X', 'nothing is on its way');
    advance(10);
    queue.committed(6);
    expect(queue.waiting).toBe(1);
  });

  it('keeps no more in memory than it may, and hands what comes beyond to the log', () => {
    const { queue, sent, troubles, advance } = bench({ mostWaiting: 3 });
    queue.append([legRecord('a')], undefined);
    advance(10);
    queue.refused('SQLITE_FULL', 'the disk is full');
    advance(100);
    queue.append([legRecord('b'), legRecord('c')], undefined);
    queue.append([legRecord('d'), legRecord('e'), callRecord('call-1')], 'call-1');
    const lost = troubles.flatMap((trouble) => (trouble.kind === 'overflow' ? trouble.records : []));
    expect(lost.map(({ id }) => id)).toEqual(['e', 'call-1']);
    queue.committed(7);
    advance(10);
    expect(sent.at(-1)?.records.map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });
});
