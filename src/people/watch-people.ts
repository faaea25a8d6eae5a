import type { Worker } from 'node:worker_threads';
import type { AuditRecord } from '../ledger/records.js';
import { startWorker } from '../ledger/start-worker.js';
import type { FromPeopleWorker, StoredAccounts, ToPeopleWorker } from './people-messages.js';
import type { PeopleSetup } from './people-worker.js';

export interface PeopleListeners {
  /** The command line changed accounts or tokens. */
  readonly onAccounts: (accounts: StoredAccounts) => void;
  /** Writes into the ledger what the command line did; rejects when the disk refuses. */
  readonly audit: (records: readonly AuditRecord[]) => Promise<void>;
}

export interface PeopleWatch {
  /** Write when secrets of tokens were last used, by digest. Never blocks. */
  used(uses: ReadonlyMap<string, number>): void;
  /** Resolves when nothing is heard any more. */
  stop(): Promise<void>;
}

/** How soon a change of the command line is seen. */
const POLL_MS = 1000;
/** How soon the ledger is asked again after it refused. */
const RETRY_MS = 10_000;
/** How soon a thread that ended by itself is started again. */
const RESTART_MS = 2000;

/** Looks after the file of people and tokens in a thread, which is started again when it ends by itself. */
export function watchPeople(
  from: Pick<PeopleSetup, 'file' | 'agentsFile' | 'revision'>,
  { onAccounts, audit }: PeopleListeners,
): PeopleWatch {
  let stopped = false;
  let again: NodeJS.Timeout | undefined;
  const setup: PeopleSetup = { ...from, pollMs: POLL_MS, retryMs: RETRY_MS };
  const tell = (message: ToPeopleWorker): void => worker.postMessage(message);
  let worker = run(setup);

  function hear(message: FromPeopleWorker): void {
    if (message.kind === 'accounts') return onAccounts(message.accounts);
    const ids = message.audits.map(({ id }) => id);
    audit(message.audits).then(
      () => tell({ kind: 'audited', ids }),
      () => tell({ kind: 'audited', ids: [] }),
    );
  }

  function run(started: PeopleSetup): Worker {
    const thread = startWorker('people-worker', import.meta.url, started);
    thread.on('message', hear);
    // An `exit` follows.
    thread.on('error', () => undefined);
    thread.on('exit', () => {
      if (stopped) return;
      again = setTimeout(() => {
        // From a revision that there never was: it says all there is.
        worker = run({ ...setup, revision: -1 });
      }, RESTART_MS);
    });
    return thread;
  }

  return {
    used: (uses) => {
      if (uses.size > 0) tell({ kind: 'used', uses });
    },
    stop: async () => {
      stopped = true;
      clearTimeout(again);
      await worker.terminate();
    },
  };
}
