/** The thread of an erasure: does it, and asks for the records of it to be written. See erase-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { eraseCaller } from './erase-caller.js';
import type { EraseAnswer, EraseSetup } from './erase-thread.js';
import { errorText } from './faults.js';

const { folder, request } = workerData as EraseSetup;
let goOn: (() => void) | null = null;

function tell(answer: EraseAnswer): void {
  parentPort?.postMessage(answer);
}

/** Resolves when the other side says that it is done. */
function ask(answer: EraseAnswer): Promise<void> {
  return new Promise((resolve) => {
    goOn = resolve;
    tell(answer);
  });
}

parentPort?.on('message', () => goOn?.());

eraseCaller(request, {
  folder,
  append: (record) => ask({ tell: 'append', record }),
  onRecordings: (recordings) => ask({ tell: 'recordings', recordings }),
  now: Date.now,
})
  .then((result) => tell({ tell: 'done', result }))
  .catch((error: unknown) => tell({ tell: 'failed', message: errorText(error).message }))
  .finally(() => parentPort?.close());
