/** The writer's thread: takes batches, makes them durable, answers. See writer-messages.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { beginLedger } from './begin-ledger.js';
import { errorText } from './faults.js';
import { Spool } from './spool.js';
import { SpoolingWriter } from './spooling-writer.js';
import type { WriterAnswer, WriterRequest, WriterSetup } from './writer-messages.js';
import { WriterStore } from './writer-store.js';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5000;

const setup = workerData as WriterSetup;
let writer: SpoolingWriter | null = null;
/** Set while a look at what waits in the spool is due. */
let due: NodeJS.Timeout | null = null;
let refusals = 0;

function answer(message: WriterAnswer): void {
  parentPort?.postMessage(message);
}

function openStore(): WriterStore {
  if (setup.begin) beginLedger({ ...setup, now: Date.now() });
  return new WriterStore(setup);
}

/** The spool is opened when it is needed, like the files of the ledger. */
function opened(): SpoolingWriter {
  const spool = setup.spool === null ? null : new Spool(setup.spool);
  return new SpoolingWriter(openStore, spool, {
    spooling: (state) => answer({ type: 'spooling', ...state }),
    caughtUp: (state) => answer({ type: 'caught-up', ...state }),
    conflicts: (conflicts) => answer({ type: 'conflicts', conflicts }),
  });
}

function handle(request: WriterRequest): void {
  if (request.type === 'close') return close();
  try {
    writer ??= opened();
    const conflicts = writer.commit(request.batch);
    answer({ type: 'committed', number: request.batch.number, conflicts });
  } catch (error) {
    answer({ type: 'refused', ...errorText(error) });
  }
  lookLater();
}

function close(): void {
  if (due !== null) clearTimeout(due);
  try {
    writer ??= opened();
    writer.close();
    answer({ type: 'closed', problem: null });
  } catch (error) {
    answer({ type: 'closed', problem: errorText(error).message });
  }
  parentPort?.close();
}

/** While anything waits in the spool: try again, less and less often while the disk refuses. */
function lookLater(): void {
  if (due !== null || writer?.behind !== true) return;
  const wait = refusals === 0 ? 0 : Math.min(FIRST_RETRY_MS * 2 ** (refusals - 1), LAST_RETRY_MS);
  due = setTimeout(() => {
    due = null;
    try {
      refusals = writer?.takeIn() === false ? refusals + 1 : 0;
    } catch (error) {
      refusals += 1;
      answer({ type: 'spooling', ...errorText(error), records: writer?.waiting ?? 0 });
    }
    lookLater();
  }, wait);
}

parentPort?.on('message', handle);
// What an earlier run left in the spool does not wait for the first batch.
if (setup.spool !== null) {
  try {
    writer = opened();
    lookLater();
  } catch {
    // The first batch tries again, and tells.
  }
}
