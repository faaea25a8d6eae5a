/** The thread that looks for accounts of people which the command line changed. */
import { parentPort, workerData } from 'node:worker_threads';
import type { StoredPerson } from './person.js';
import { PersonStore } from './person-store.js';

/** What the thread is started with. */
export interface PeopleSetup {
  /** See peoplePath. */
  readonly file: string;
  /** Revision of the accounts that the program has. */
  readonly revision: number;
  /** How often it looks; milliseconds. */
  readonly pollMs: number;
}

const { file, revision, pollMs } = workerData as PeopleSetup;
let seen = revision;
let store: PersonStore | null = null;

function look(): void {
  try {
    store ??= new PersonStore(file);
    const now = store.revision();
    if (now === seen) return;
    const all: readonly StoredPerson[] = store.all();
    seen = now;
    parentPort?.postMessage(all);
  } catch {
    // The disk is not there just now: the accounts stay as they are, and it is looked again.
    store = null;
  }
}

setInterval(look, pollMs);
