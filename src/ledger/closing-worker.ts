/** A thread that takes the digests of finished months, says what it found and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { unstatedClosings } from './close-months.js';
import { errorText } from './faults.js';
import type { ClosingAnswer, ClosingSetup } from './month-closer.js';

function tell(answer: ClosingAnswer): void {
  parentPort?.postMessage(answer);
}

const { folder } = workerData as ClosingSetup;
try {
  tell({ ok: true, ...unstatedClosings(folder) });
} catch (error) {
  tell({ ok: false, message: errorText(error).message });
}
