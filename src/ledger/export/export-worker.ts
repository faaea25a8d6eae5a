/** The thread of an export: reads, makes the file and sends a chunk of it whenever it is asked for one. */
import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../faults.js';
import { ledgerFolder } from '../ledger-folder.js';
import { ReaderStore } from '../reader-store.js';
import type { ExportMessage, ExportProgress, ExportSetup } from './export-request.js';
import { writeExport } from './write-export.js';

const { dir, request } = workerData as ExportSetup;
/** Months open at once: records of one moment may lie in two, and a listing goes from month to month. */
const NEIGHBOURS = 3;
let wanted = 0;
let wake: (() => void) | null = null;

parentPort?.on('message', () => {
  wanted += 1;
  wake?.();
});

/** Resolves when the other side wants a chunk: who takes nothing is sent nothing. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    if (wanted > 0) return resolve();
    wake = () => {
      wake = null;
      resolve();
    };
  });
}

function tell(message: ExportMessage): void {
  parentPort?.postMessage(message, message.tell === 'chunk' ? [message.chunk.buffer as ArrayBuffer] : []);
}

async function run(): Promise<void> {
  const store = new ReaderStore(ledgerFolder(dir), null, NEIGHBOURS);
  let progress: ExportProgress = { rows: 0, at: null };
  try {
    for await (const made of writeExport(store, request)) {
      await asked();
      wanted -= 1;
      progress = made.progress;
      tell({ tell: 'chunk', ...made });
    }
  } finally {
    store.close();
  }
  tell({ tell: 'end', progress });
}

run()
  .catch((error: unknown) => tell({ tell: 'fault', message: errorText(error).message }))
  .finally(() => parentPort?.close());
