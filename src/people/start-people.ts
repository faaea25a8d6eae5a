/** Puts the parts of people together: reads what is on disk, looks for changes of it, keeps sessions. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { LockoutLimits } from '../agents/lockouts.js';
import { startWorker } from '../ledger/start-worker.js';
import { PeopleRoom } from './people-room.js';
import type { PeopleSetup } from './people-worker.js';
import type { StoredPerson } from './person.js';
import { PersonStore, peoplePath } from './person-store.js';
import { SessionFile } from './session-file.js';

export interface StartPeople {
  /** Data folder, which is there. */
  readonly dir: string;
  readonly limits: LockoutLimits;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

export interface StartedPeople {
  readonly people: PeopleRoom;
  /** Write what is left. */
  stop(): Promise<void>;
}

/** How soon a change of the command line is seen. */
const POLL_MS = 1000;
/** How often sessions are looked through for those that are over. */
const SWEEP_MS = 60_000;
/** How soon a thread that ended by itself is started again. */
const RETRY_MS = 2000;

/** Throws SQLite's errors. */
export function startPeople({ dir, limits, log }: StartPeople): StartedPeople {
  const file = peoplePath(dir);
  const store = new PersonStore(file);
  const revision = store.revision();
  const stored = store.all();
  store.close();
  const path = join(dir, 'sessions.json');
  const sessionFile = new SessionFile({
    path,
    sessions: () => people.keptSessions(),
    onTrouble: (message) => log.warn({ message }, 'sessions of people could not be written'),
  });
  const people: PeopleRoom = new PeopleRoom({
    people: stored,
    sessions: SessionFile.read(path),
    limits,
    now: Date.now,
    random: randomBytes,
    onSessions: () => sessionFile.save(),
    onLocked: (name, source, forMs) =>
      log.warn({ name, source, forMs }, 'too many wrong passwords: locked for this address'),
  });
  const watch = watchPeople({ file, revision, pollMs: POLL_MS }, (all) => {
    people.peopleChanged(all);
    log.info({ accounts: all.length }, 'accounts of people read');
  });
  const sweeping = setInterval(() => people.sweep(), SWEEP_MS);
  return {
    people,
    stop: async () => {
      clearInterval(sweeping);
      await watch.stop();
      await sessionFile.settled();
    },
  };
}

/** Hears of changed accounts; the thread that looks is started again when it ends by itself. */
function watchPeople(setup: PeopleSetup, onPeople: (all: readonly StoredPerson[]) => void) {
  let stopped = false;
  let again: NodeJS.Timeout | undefined;
  let worker = run(setup);
  function run(from: PeopleSetup): Worker {
    const started = startWorker('people-worker', import.meta.url, from);
    started.on('message', onPeople);
    // An `exit` follows.
    started.on('error', () => undefined);
    started.on('exit', () => {
      if (stopped) return;
      again = setTimeout(() => {
        // From a revision that there never was: it says all there is.
        worker = run({ ...setup, revision: -1 });
      }, RETRY_MS);
    });
    return started;
  }
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(again);
      await worker.terminate();
    },
  };
}
