/** The writer's thread: takes batches, commits them, answers. See writer-messages.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from './faults.js';
import type { WriterAnswer, WriterRequest, WriterSetup } from './writer-messages.js';
import { WriterStore } from './writer-store.js';

const setup = workerData as WriterSetup;
let store: WriterStore | null = null;

function answer(message: WriterAnswer): void {
  parentPort?.postMessage(message);
}

function handle(request: WriterRequest): void {
  if (request.type === 'commit') {
    try {
      store ??= new WriterStore(setup);
      const { conflicts } = store.commit(request.batch);
      answer({ type: 'committed', number: request.batch.number, conflicts });
    } catch (error) {
      discard();
      answer({ type: 'refused', ...errorText(error) });
    }
    return;
  }
  try {
    // Opened also when nothing was written, so that what a crash left in the log comes into the file.
    (store ?? new WriterStore(setup)).close();
    answer({ type: 'closed', problem: null });
  } catch (error) {
    answer({ type: 'closed', problem: errorText(error).message });
  }
  parentPort?.close();
}

/** After an error the next attempt gets a fresh connection: the disk may have gone and come back. */
function discard(): void {
  try {
    store?.close();
  } catch {
    // Closing checkpoints, which the disk refuses too; the log keeps what was committed.
  }
  store = null;
}

parentPort?.on('message', handle);
