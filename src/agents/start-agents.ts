/** Puts the parts of agents together: reads what is on disk, starts the thread that keeps it. */
import { randomBytes } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../ledger/start-worker.js';
import { AccountStore } from './account-store.js';
import { AgentRoom, type AgentRoomParts, type AgentSettings } from './agent-room.js';
import { agentsPath } from './agent-tables.js';
import type { AgentClock } from './clock.js';
import { ContactStore } from './contact-store.js';
import type { StoreSetup } from './store-messages.js';
import { StoreThread } from './store-thread.js';

export interface StartAgents {
  /** Data folder, which is there. */
  readonly dir: string;
  readonly settings: AgentSettings;
  readonly log: AgentRoomParts['log'];
  readonly ask: AgentRoomParts['ask'];
}

export interface StartedAgents {
  readonly agents: AgentRoom;
  /** Write what is left. */
  stop(): Promise<void>;
}

/** How long contacts are gathered before they are written. */
const GATHER_MS = 500;
/** How soon a change of the command line is seen. */
const POLL_MS = 1000;

const systemClock: AgentClock = {
  now: () => Date.now(),
  after: (ms, fire) => {
    const timer = setTimeout(fire, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Throws SQLite's errors. */
export function startAgents({ dir, settings, log, ask }: StartAgents): StartedAgents {
  const file = agentsPath(dir);
  const stored = new AccountStore(file);
  const revision = stored.revision();
  const accounts = stored.all();
  stored.close();
  const contacts = new ContactStore(file);
  const registrations = contacts.load(systemClock.now());
  contacts.close();

  const setup: StoreSetup = { file, revision, pollMs: POLL_MS };
  const thread = new StoreThread({
    startThread: (): Worker => startWorker('store-worker', import.meta.url, setup),
    clock: systemClock,
    gatherMs: GATHER_MS,
    onAccounts: (now) => agents.accountsChanged(now),
    onTrouble: (message) =>
      log.warn({ message }, 'contacts of agents could not be written; they are tried again'),
  });
  const agents = new AgentRoom(settings, {
    clock: systemClock,
    random: randomBytes,
    keeper: thread,
    log,
    accounts,
    registrations,
    ask,
  });
  agents.start();
  thread.start();
  return {
    agents,
    stop: async () => {
      agents.stop();
      await thread.close();
    },
  };
}
