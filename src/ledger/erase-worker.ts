/** The thread of an erasure: does it, and asks for the records of it to be written. See erase-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { eraseCaller } from './erase-caller.js';
import type { EraseAnswer, EraseSetup } from './erase-thread.js';
import { errorText } from './faults.js';
import type { AuditRecord } from './records.js';

const { folder, request } = workerData as EraseSetup;
let written: (() => void) | null = null;

function tell(answer: EraseAnswer): void {
  parentPort?.postMessage(answer);
}

/** Resolves when the other side says that the record is on disk. */
function append(record: AuditRecord): Promise<void> {
  return new Promise((resolve) => {
    written = resolve;
    tell({ tell: 'append', record });
  });
}

parentPort?.on('message', () => written?.());

eraseCaller(request, { folder, append, now: Date.now })
  .then((result) => tell({ tell: 'done', result }))
  .catch((error: unknown) => tell({ tell: 'failed', message: errorText(error).message }))
  .finally(() => parentPort?.close());
