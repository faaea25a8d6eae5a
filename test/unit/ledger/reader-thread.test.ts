import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type Pace, paceOf } from '../../../src/ledger/question-pace.js';
import type { Question, ReaderAnswer, ReaderRequest } from '../../../src/ledger/reader-messages.js';
import { ReaderThread } from '../../../src/ledger/reader-thread.js';

/** A thread in the hands of the test. */
class FakeWorker extends EventEmitter {
  readonly requests: ReaderRequest[] = [];
  closing = false;
  postMessage(message: ReaderRequest | 'close'): void {
    if (message === 'close') this.closing = true;
    else this.requests.push(message);
  }
  answer(answer: ReaderAnswer): void {
    this.emit('message', answer);
  }
}

const HEAD: Question = { ask: 'head' };

function bench() {
  const workers: FakeWorker[] = [];
  const thread = new ReaderThread(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  });
  return { thread, workers };
}

describe('ReaderThread', () => {
  it('starts with the first question, and gives each the answer with its number', async () => {
    const { thread, workers } = bench();
    expect(workers).toHaveLength(0);
    const [one, other] = [thread.ask(HEAD), thread.ask(HEAD)];
    const refused = expect(other).rejects.toMatchObject({ code: 'failed', message: /disk is gone/ });
    workers[0]?.answer({ id: 2, ok: false, message: 'the disk is gone' });
    workers[0]?.answer({ id: 1, ok: true, value: 'head' });
    workers[0]?.answer({ id: 99, ok: true, value: 'asked by nobody' });
    expect(await one).toBe('head');
    await refused;
    expect(workers).toHaveLength(1);
  });

  it('loses what it was asked when it dies, and starts again with the next question', async () => {
    const { thread, workers } = bench();
    const lost = expect(thread.ask(HEAD)).rejects.toMatchObject({ code: 'failed', message: /code 7/ });
    workers[0]?.emit('exit', 7);
    await lost;
    const again = thread.ask(HEAD);
    expect(workers).toHaveLength(2);
    workers[0]?.emit('error', new Error('an error that comes late is of the first one'));
    workers[1]?.answer({ id: 2, ok: true, value: 'head' });
    expect(await again).toBe('head');
  });

  it('lets so many wait and no more, and nobody once it is closed', async () => {
    const { thread, workers } = bench();
    const asked = Array.from({ length: 65 }, () => thread.ask(HEAD));
    await expect(asked[64]).rejects.toMatchObject({ code: 'busy' });
    for (let id = 1; id <= 64; id += 1) workers[0]?.answer({ id, ok: true, value: id });
    expect(await Promise.all(asked.slice(0, 64))).toHaveLength(64);
    const closed = thread.close();
    expect(workers[0]?.closing).toBe(true);
    workers[0]?.emit('exit', 0);
    await closed;
    await expect(thread.ask(HEAD)).rejects.toMatchObject({ code: 'closed' });
    await bench().thread.close();
  });
});

describe('the pace of a question', () => {
  const PACES: readonly (readonly [Pace, Question])[] = [
    ['page', HEAD],
    ['page', { ask: 'story', callId: 'call-1' }],
    ['page', { ask: 'list', kind: 'call', filter: {} }],
    ['page', { ask: 'list', kind: 'call', filter: { caller: '13800000000', trunk: 'carrier' } }],
    ['page', { ask: 'list', kind: 'leg', filter: { callId: 'call-1' } }],
    ['search', { ask: 'list', kind: 'call', filter: { trunk: 'carrier' } }],
    ['search', { ask: 'list', kind: 'leg', filter: { sipStatus: 486 } }],
    ['search', { ask: 'notes', search: { query: '停水' } }],
    ['sums', { ask: 'statistics', question: { what: 'goals', query: { from: 0, to: 1 } } }],
  ];

  it.each(PACES)('is that of a %s for %j', (pace, question) => {
    expect(paceOf(question)).toBe(pace);
  });
});
