import { ledgerFolder } from '../../ledger/ledger-folder.js';
import { isMonth, type Month } from '../../ledger/month.js';
import { openLedger } from '../../ledger/open-ledger.js';
import { rebuildMonths } from '../../ledger/rebuild-months.js';
import { EXIT, readDialPlan } from '../options.js';
import type { FolderSubcommand, FolderWorkplace } from './subcommand.js';

interface Request {
  readonly month: Month | undefined;
  readonly force: boolean;
}

/** `onekey ledger rebuild`. */
export const rebuildCommand: FolderSubcommand = {
  options: { month: { type: 'string' }, force: { type: 'boolean' } },
  understand({ month, force }, positionals) {
    if (positionals.length > 0) return { ok: false, message: `"${positionals[0]}" is one word too many` };
    const text = month === undefined ? undefined : String(month);
    if (text !== undefined && !isMonth(text))
      return { ok: false, message: `--month ${text}: write it as 2026-03` };
    return { ok: true, run: (workplace) => rebuild(workplace, { month: text, force: force === true }) };
  },
};

async function rebuild({ config, json, surroundings }: FolderWorkplace, request: Request): Promise<number> {
  const plan = readDialPlan(config);
  if (!plan.ok) return plan.exitCode;
  const opened = openLedger({ dir: config.data, timezone: plan.plan.policies.timezone });
  if (!opened.ok) {
    surroundings.err(`${opened.fault.message}\n${opened.fault.remedy}`);
    return EXIT.failed;
  }
  const { ledger } = opened;
  try {
    const months = await rebuildMonths({
      ...request,
      folder: ledgerFolder(config.data),
      append: async (record) => {
        ledger.append([record]);
        await ledger.flush();
      },
      now: Date.now,
      onProgress: (month, records) => surroundings.progress?.(`${month}: ${records} records taken in`),
    });
    surroundings.progress?.('');
    if (json) surroundings.out(JSON.stringify({ months }));
    else if (months.length === 0) surroundings.out('statistics and full text are as this program makes them');
    else surroundings.out(`statistics and full text made anew: ${months.join(' ')}`);
    return EXIT.ok;
  } finally {
    await ledger.close();
  }
}
