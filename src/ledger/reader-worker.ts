/** A thread of the reader: answers questions one after the other. See reader-messages.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestion } from './answer-question.js';
import { errorText } from './faults.js';
import type { ReaderAnswer, ReaderRequest, ReaderSetup } from './reader-messages.js';
import { ReaderStore } from './reader-store.js';

const { folder } = workerData as ReaderSetup;
let store: ReaderStore | null = null;
/** Nobody waits longer for a page, nor for those before theirs. */
const BUDGET = { forMs: 250, now: () => performance.now() };

function answer({ id, question }: ReaderRequest): ReaderAnswer {
  try {
    store ??= new ReaderStore(folder, BUDGET);
    return { id, ok: true, value: answerQuestion(store, question) };
  } catch (error) {
    return { id, ok: false, message: errorText(error).message };
  }
}

parentPort?.on('message', (request: ReaderRequest | 'close') => {
  if (request !== 'close') {
    parentPort?.postMessage(answer(request));
    return;
  }
  store?.close();
  parentPort?.close();
});
