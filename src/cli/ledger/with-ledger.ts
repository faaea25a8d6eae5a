import { ledgerFolder } from '../../ledger/ledger-folder.js';
import { openLedger } from '../../ledger/open-ledger.js';
import type { LedgerRecord } from '../../ledger/records.js';
import { EXIT, readDialPlan } from '../options.js';
import type { FolderWorkplace } from './subcommand.js';

/** The ledger of a server that is not running, for a command that changes it. */
export interface LedgerWork {
  /** Folder of the ledger. */
  readonly folder: string;
  /** Resolves once the record is on the disk. */
  append(record: LedgerRecord): Promise<void>;
  /** UTC milliseconds. */
  readonly now: () => number;
}

/**
 * Opens the ledger for `act`, which gives the exit code. What is wrong with it, or with the dial plan, is said.
 *
 * @param whileRunning what to do where the server is running; null when it must be stopped
 */
export async function withLedger(
  { config, surroundings }: FolderWorkplace,
  whileRunning: string | null,
  act: (work: LedgerWork) => Promise<number>,
): Promise<number> {
  // The months of the ledger are those of the city.
  const plan = readDialPlan(config);
  if (!plan.ok) return plan.exitCode;
  const opened = openLedger({ dir: config.data, timezone: plan.plan.policies.timezone });
  if (!opened.ok) {
    const { code, message, remedy } = opened.fault;
    surroundings.err(`${message}\n${code === 'locked' ? (whileRunning ?? remedy) : remedy}`);
    return EXIT.failed;
  }
  const { ledger } = opened;
  const append = async (record: LedgerRecord): Promise<void> => {
    ledger.append([record]);
    await ledger.flush();
  };
  try {
    return await act({ folder: ledgerFolder(config.data), append, now: Date.now });
  } finally {
    await ledger.close();
  }
}
