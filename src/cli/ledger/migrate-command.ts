import { resolve } from 'node:path';
import { prepareFolder } from '../../ledger/ledger-folder.js';
import { takeLock } from '../../ledger/ledger-lock.js';
import { takeOverOldLedger } from '../../ledger/take-over.js';
import { EXIT, readDialPlan } from '../options.js';
import type { FolderSubcommand, FolderWorkplace } from './subcommand.js';

/** `onekey ledger migrate`. */
export const migrateCommand: FolderSubcommand = {
  options: {},
  understand(_values, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    return { ok: true, run: async (workplace) => migrate(workplace) };
  },
};

function migrate({ config, json, surroundings }: FolderWorkplace): number {
  // The months of the ledger are those of the city.
  const plan = readDialPlan(config);
  if (!plan.ok) return plan.exitCode;
  const dir = resolve(config.data);
  const fault = prepareFolder(dir);
  if (fault !== null) {
    surroundings.err(`${fault.message}\n${fault.remedy}`);
    return EXIT.failed;
  }
  const lock = takeLock(dir);
  if (lock === null) {
    surroundings.err(
      `${dir} is in use by a running onekey, which has taken an older ledger over at its start`,
    );
    return EXIT.failed;
  }
  try {
    const result = takeOverOldLedger({
      dir,
      timezone: plan.plan.policies.timezone,
      now: Date.now,
      onProgress: (records, total) => surroundings.progress?.(`${records} of ${total} records taken over`),
    });
    surroundings.progress?.('');
    if (json) surroundings.out(JSON.stringify(result));
    if (!result.ok) {
      surroundings.err(`${result.fault.message}\n${result.fault.remedy}`);
      return EXIT.failed;
    }
    if (json) return EXIT.ok;
    if (result.records === null) surroundings.out(`${dir}: there is no ledger of an older version`);
    else surroundings.out(`${result.records} records taken over; the old file is ${result.kept}`);
    if (result.records !== null && result.broken !== null)
      surroundings.err(`the old ledger was not as it had been written: ${result.broken}`);
    return EXIT.ok;
  } finally {
    lock.release();
  }
}
