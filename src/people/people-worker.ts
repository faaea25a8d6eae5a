/** The thread that looks after the file of people and tokens: what the command line changed, and what is to be written. */
import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { AccountAudits } from '../agents/account-audits.js';
import { AccountStore } from '../agents/account-store.js';
import { PeopleFile } from './people-file.js';
import type { FromPeopleWorker, ToPeopleWorker } from './people-messages.js';

/** What the thread is started with. */
export interface PeopleSetup {
  /** See peoplePath. */
  readonly file: string;
  /** See agentsPath: what is done to accounts of agents waits there. */
  readonly agentsFile: string;
  /** Revision of the accounts and tokens that the program has. */
  readonly revision: number;
  /** How often it looks; milliseconds. */
  readonly pollMs: number;
  /** How soon audits that the ledger refused are handed over again; milliseconds. */
  readonly retryMs: number;
}

const { file, agentsFile, revision, pollMs, retryMs } = workerData as PeopleSetup;
let seen = revision;
let open: PeopleFile | null = null;
let agents: AccountStore | null = null;
/** No audits are handed over before; UTC milliseconds. */
let auditsAfter = 0;
/** What could not be written yet. */
let uses = new Map<string, number>();

function tell(message: FromPeopleWorker): void {
  parentPort?.postMessage(message);
}

/** Does nothing when the disk is not there just now: all stays as it is, and it is looked again. */
function withFile(work: (opened: PeopleFile) => void): void {
  try {
    open ??= new PeopleFile(file);
    work(open);
  } catch {
    open?.close();
    open = null;
    agents?.close();
    agents = null;
  }
}

/** Of the accounts of agents; of none before the first one is made. */
function ofAgents(): readonly AccountAudits[] {
  if (agents === null && !existsSync(agentsFile)) return [];
  agents ??= new AccountStore(agentsFile);
  return [agents.audits];
}

function look(): void {
  withFile((opened) => {
    const now = opened.revision();
    if (now !== seen) {
      tell({ kind: 'accounts', accounts: { people: opened.people.all(), tokens: opened.tokens.all() } });
      seen = now;
    }
    if (Date.now() < auditsAfter) return;
    const audits = [...opened.audits.waiting(), ...ofAgents().flatMap((waiting) => waiting.waiting())];
    if (audits.length === 0) return;
    auditsAfter = Number.POSITIVE_INFINITY;
    tell({ kind: 'audits', audits });
  });
}

function hear(message: ToPeopleWorker): void {
  switch (message.kind) {
    case 'audited':
      auditsAfter = message.ids.length === 0 ? Date.now() + retryMs : 0;
      // What is not taken off here is handed over again: the ledger knows it by its id.
      return withFile((opened) => {
        for (const audits of [opened.audits, ...ofAgents()]) audits.taken(message.ids);
      });
    case 'used':
      for (const [digest, at] of message.uses) uses.set(digest, at);
      return withFile((opened) => {
        opened.tokens.used(uses);
        uses = new Map();
      });
  }
}

parentPort?.on('message', hear);
setInterval(look, pollMs);
