import type { EraseRequest, EraseResult, RecordingOfErased } from './erase-caller.js';
import type { Ledger } from './ledger.js';
import type { AuditRecord } from './records.js';
import { startWorker } from './start-worker.js';

/** What the thread is started with. */
export interface EraseSetup {
  /** Folder of the ledger. */
  readonly folder: string;
  readonly request: EraseRequest;
}

/** What the thread says. It goes on after `append` and `recordings` when anything is sent to it. */
export type EraseAnswer =
  | { readonly tell: 'append'; readonly record: AuditRecord }
  | { readonly tell: 'recordings'; readonly recordings: readonly RecordingOfErased[] }
  | { readonly tell: 'done'; readonly result: EraseResult }
  | { readonly tell: 'failed'; readonly message: string };

/**
 * Erase what the ledger holds of a caller while the server runs: in a thread of its own, with its records written by the
 * open ledger. Rejects when the disk refuses; asked again, it does the rest. See eraseCaller.
 */
export function eraseInThread(
  setup: EraseSetup,
  ledger: Pick<Ledger, 'append' | 'flush'>,
  onRecordings: (recordings: readonly RecordingOfErased[]) => Promise<void> = async () => undefined,
): Promise<EraseResult> {
  return new Promise((resolve, reject) => {
    const worker = startWorker('erase-worker', import.meta.url, setup);
    const failed = (error: unknown): void => {
      reject(error);
      void worker.terminate();
    };
    worker.on('message', (answer: EraseAnswer) => {
      if (answer.tell === 'done') return resolve(answer.result);
      if (answer.tell === 'failed') return reject(new Error(`the erasure failed: ${answer.message}`));
      if (answer.tell === 'recordings') {
        onRecordings(answer.recordings).then(() => worker.postMessage('deleted'), failed);
        return;
      }
      ledger.append([answer.record]);
      ledger.flush().then(() => worker.postMessage('written'), failed);
    });
    worker.on('error', failed);
    worker.on('exit', (code) => reject(new Error(`the thread of the erasure ended with code ${code}`)));
  });
}
