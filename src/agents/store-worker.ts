/** The thread that keeps agents on disk: writes contacts, looks for accounts that the command line changed. */
import { parentPort, workerData } from 'node:worker_threads';
import { AccountStore } from './account-store.js';
import { ContactStore } from './contact-store.js';
import type { StoreAnswer, StoreRequest, StoreSetup } from './store-messages.js';

const { file, revision, pollMs } = workerData as StoreSetup;
let seen = revision;
let contacts: ContactStore | null = null;
let accounts: AccountStore | null = null;

function answer(message: StoreAnswer): void {
  parentPort?.postMessage(message);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function look(): void {
  try {
    accounts ??= new AccountStore(file);
    const now = accounts.revision();
    if (now === seen) return;
    const all = accounts.all();
    seen = now;
    answer({ type: 'accounts', accounts: all });
  } catch {
    // The disk is not there just now: the accounts stay as they are, and it is looked again.
    accounts = null;
  }
}

const timer = setInterval(look, pollMs);

function handle(request: StoreRequest): void {
  if (request.type === 'close') {
    clearInterval(timer);
    accounts?.close();
    contacts?.close();
    answer({ type: 'closed' });
    parentPort?.close();
    return;
  }
  const { number } = request;
  try {
    contacts ??= new ContactStore(file);
    contacts.write(request.changes);
    answer({ type: 'written', number });
  } catch (error) {
    contacts = null;
    answer({ type: 'refused', number, message: textOf(error) });
  }
}

parentPort?.on('message', handle);
