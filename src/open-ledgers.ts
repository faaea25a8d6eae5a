import type { Logger } from 'pino';
import type { Config } from './config/config.js';
import type { DialPlan } from './dialplan/plan.js';
import { Keeper } from './ledger/keeping/keeper.js';
import type { Ledger } from './ledger/ledger.js';
import { ledgerFolder } from './ledger/ledger-folder.js';
import { type LedgerReader, openLedgerReader } from './ledger/ledger-reader.js';
import { openLedger } from './ledger/open-ledger.js';
import type { LedgerHealth } from './ledger-health.js';
import { StartFault } from './start-fault.js';

/** The ledger of a running server. */
export interface OpenLedgers {
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  /** Not started yet. */
  readonly keeper: Keeper;
  /** Rejects when the disk refuses to the end. */
  close(): Promise<void>;
}

/** Open the ledger for writing and for reading. Throws `StartFault`. */
export function openLedgers(
  { data, ledger: settings }: Pick<Config, 'data' | 'ledger'>,
  plan: DialPlan,
  log: Logger,
  health: LedgerHealth,
): OpenLedgers {
  // The months of the ledger are those of the city.
  const { timezone } = plan.policies;
  const ledgerLog = log.child({ part: 'ledger' });
  const opened = openLedger({
    dir: data,
    timezone,
    commitMs: settings.commitMs,
    mostWaiting: settings.mostWaiting,
    ...(settings.spool === '' ? {} : { spool: settings.spool }),
    log: ledgerLog,
    onTrouble: health.hear,
    onDurable: health.hearDurable,
  });
  if (!opened.ok) throw new StartFault(opened.fault.message, opened.fault.remedy);
  const read = openLedgerReader({ dir: data, written: true });
  if (!read.ok) throw new StartFault(read.fault.message, read.fault.remedy);
  const { ledger } = opened;
  const { reader } = read;
  const keeper = new Keeper({
    folder: ledgerFolder(data),
    ledger,
    retentionMonths: settings.retentionMonths,
    timezone,
    now: Date.now,
    log: ledgerLog,
  });
  const close = async (): Promise<void> => {
    await keeper.stop();
    await reader.close();
    await ledger.close();
  };
  return { ledger, reader, keeper, close };
}
