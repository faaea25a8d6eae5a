import { ledgerFolder } from '../ledger/ledger-folder.js';
import { openLedgerReader } from '../ledger/ledger-reader.js';
import { backupCommand, restoreCommand } from './ledger/backup-command.js';
import { eraseCommand } from './ledger/erase-command.js';
import { exportCommand } from './ledger/export-command.js';
import { filterHelp } from './ledger/filters.js';
import { holdCommand } from './ledger/hold-command.js';
import { migrateCommand } from './ledger/migrate-command.js';
import { queryCommand } from './ledger/query-command.js';
import { rebuildCommand } from './ledger/rebuild-command.js';
import { reportCommand } from './ledger/report-command.js';
import { searchCommand } from './ledger/search-command.js';
import { showCommand } from './ledger/show-command.js';
import { statisticsCommand } from './ledger/statistics-command.js';
import {
  type FolderSubcommand,
  type FolderWorkplace,
  type LedgerSurroundings,
  ledgerSurroundings,
  type Subcommand,
  type Understood,
} from './ledger/subcommand.js';
import { verifyCommand } from './ledger/verify-command.js';
import { commonOptions, commonOptionsHelp, EXIT, parseCommandLine, readSettings } from './options.js';

/** One line for `onekey --help`. */
export const summary = 'query, verify and back up the ledger of calls, transfers and recordings';

/** Text of `onekey ledger --help`. */
export const help = `Usage: onekey ledger query calls|legs|transfers|recordings|audits [filters] [--json]
       onekey ledger export calls|legs|transfers|recordings|audits --out FILE [filters]
       onekey ledger report list [--json]
       onekey ledger report save NAME calls|legs|transfers|recordings|audits [--period P] [filters]
       onekey ledger report run NAME [--out FILE]
       onekey ledger report delete NAME
       onekey ledger search WORDS... [--from TIME] [--to TIME] [--limit N | --all] [--json]
       onekey ledger show CALL_ID [--json]
       onekey ledger statistics [members|matrix|matters|causes|goals] [--month YYYY-MM] [--member M] [--json]
       onekey ledger verify [--month MONTH] [--head NUMBER:HASH] [--json]
       onekey ledger migrate
       onekey ledger rebuild [--month MONTH] [--force] [--json]
       onekey ledger erase --caller NUMBER --reason TEXT [--pseudonym TEXT] [--json]
       onekey ledger backup --to FOLDER [--check] [--prune] [--json]
       onekey ledger restore --from FOLDER [--replace] [--json]
       onekey ledger hold add --caller NUMBER|--call ID|--month YYYY-MM --reason TEXT [--by WHO]
       onekey ledger hold list [--all] [--json]
       onekey ledger hold release ID --reason TEXT [--by WHO]

  query   lists records, newest first
  export  writes all records that fit, oldest first, to a file for Excel or for analysis
  report  exports saved under a name, the same as those of the API: list shows them, save keeps one in place of that of its
          name, run writes its file (default NAME.xlsx, or as it was saved), delete takes one away
  search  finds notes of transfers and of calls by their words, newest first; "in quotes" as it stands
  show    tells one call as a story: its legs, transfers, recordings and what was done with them, in the order of time
  statistics
          adds up: members (default; --by hour|day|week|month, --per member), who transfers to whom (matrix), what
          about (matters; --limit N), why what failed (causes), the goals of 95 % and 15 s (goals). --from, --to and
          --month are those of the city; default this month
  verify  checks every record against the hash chain, and the files of finished months byte for byte; exit code 0
          when all fit, 1 when one does not
  migrate takes a ledger of an older version over, one file for all, into a file for each month; the start of
          the server does the same. The server must not be running
  rebuild makes statistics and full text anew from the records, in months that lack them or have older ones; after a
          change of version the server does so for the current month alone. The server must not be running
  erase   takes out what the ledger holds of a caller: the number becomes a pseudonym, notes go; the chain stays whole
          and holds a record of it. The server must not be running; recordings are named, and to be deleted there
  backup  copies the ledger while the server runs; months that are over are copied once. FOLDER can be read and verified
          as a data folder: onekey ledger verify --data FOLDER
  restore brings a backup back, after comparing every file and record; the server must be stopped
  hold    keeps records from being deleted when their time is over (setting ledger.retentionMonths): all months that
          have records of a caller or a call, or one month; the audit tells of it within a minute when the server runs

The server may be running, but for migrate, rebuild, erase and restore. Times are shown in the time zone of this machine; --json gives UTC.

Filters of query, export and report save:
${filterHelp}

Options:
      --out FILE       export, report run: the file; - for the standard output
      --format csv|xlsx|parquet
                       export, report: default as FILE ends, else csv; of a report xlsx
      --language zh|en export, report: of the headings, default zh
      --mask           export, report run: callers' numbers are masked
      --period P       report save: time that moves on with the calendar of the city, instead of --from and --to: today,
                       yesterday, this-week, last-week, this-month, last-month, this-quarter, last-quarter, this-year,
                       last-year, last-7-days, last-30-days
      --json           one JSON object a line (query), or one in all (show, statistics, verify)
      --month 2026-03  verify, rebuild: this month alone
      --force          rebuild: also what is of this version
      --caller NUMBER  erase: as it stands in the ledger; again for other ways in which it is written
      --pseudonym TEXT erase: what stands for the number then; default made up
      --head NUMBER:HASH
                       verify: a head that an earlier verify printed; the chain must still pass through it
      --check          backup: read the copies that are there already, and make damaged ones anew
      --prune          backup: months that the ledger has deleted go from the backup, too
      --replace        restore: move a ledger that is there aside
      --reason TEXT    hold, erase: why, for the audit
      --by WHO         hold: who asked for it, default the user of this machine
      --all            hold list: also those that were released
${commonOptionsHelp}

Examples:
  onekey ledger query calls --missed --from 2026-03-02
  onekey ledger query transfers --outcome failed --to-member police-110 --limit 200
  onekey ledger query legs --caller '138*' --json | jq .sipStatus
  onekey ledger export calls --from 2026-03-01 --to 2026-04-01 --out march.xlsx
  onekey ledger report save missed-last-month calls --missed --period last-month
  onekey ledger report run missed-last-month --out missed.xlsx
  onekey ledger search 停水 和平区
  onekey ledger show 5f0c2a9e
  onekey ledger statistics --month 2026-03 --by day
  onekey ledger backup --to /mnt/backup/onekey
  onekey ledger hold add --caller 13800001111 --reason "court file 17/2026" --by archive
  onekey ledger verify --month 2026-03
  onekey ledger erase --caller 13800001111 --caller +8613800001111 --reason "request 17"

Exit codes: 0 done, 1 not found or the chain is broken, 2 wrong usage.`;

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['query', queryCommand],
  ['export', exportCommand],
  ['report', reportCommand],
  ['search', searchCommand],
  ['show', showCommand],
  ['statistics', statisticsCommand],
  ['verify', verifyCommand],
]);

/** Those that bring the ledger itself into order. */
const FOLDER_SUBCOMMANDS: ReadonlyMap<string, FolderSubcommand> = new Map([
  ['migrate', migrateCommand],
  ['rebuild', rebuildCommand],
  ['erase', eraseCommand],
  ['backup', backupCommand],
  ['restore', restoreCommand],
  ['hold', holdCommand],
]);

/** Run `onekey ledger ...`; resolves to the exit code. */
export async function run(
  argv: readonly string[],
  surroundings: LedgerSurroundings = ledgerSurroundings(),
): Promise<number> {
  const [name, ...rest] = argv;
  const subcommand = FOLDER_SUBCOMMANDS.get(name ?? '') ?? reading(SUBCOMMANDS.get(name ?? ''));
  if (subcommand === undefined) {
    const what = name === undefined ? 'say what to do' : `there is no "ledger ${name}"`;
    const known = [...SUBCOMMANDS.keys(), ...FOLDER_SUBCOMMANDS.keys()];
    surroundings.err(`onekey ledger: ${what}; it is ${known.join(', ')} (onekey ledger --help)`);
    return EXIT.usage;
  }
  const parsed = parseCommandLine({
    args: rest,
    options: { ...commonOptions, ...subcommand.options, json: { type: 'boolean' } },
    allowPositionals: true,
    strict: true,
  });
  if (!parsed.ok) {
    surroundings.err(`onekey ledger ${name}: ${parsed.message}`);
    return EXIT.usage;
  }
  const { values, positionals } = parsed.line;
  const request = subcommand.understand(values, positionals);
  if (!request.ok) {
    surroundings.err(`onekey ledger ${name}: ${request.message}`);
    return EXIT.usage;
  }
  const settings = readSettings(values, surroundings);
  if (!settings.ok) return settings.exitCode;
  return request.run({ config: settings.config, json: values.json === true, surroundings });
}

/** A subcommand that reads, with the reader that it needs. */
function reading(subcommand: Subcommand | undefined): FolderSubcommand | undefined {
  if (subcommand === undefined) return undefined;
  return {
    options: subcommand.options,
    understand(values, positionals) {
      const request = subcommand.understand(values, positionals);
      return request.ok ? { ok: true, run: (workplace) => runReading(request, workplace) } : request;
    },
  };
}

async function runReading(
  request: Understood & { readonly ok: true },
  workplace: FolderWorkplace,
): Promise<number> {
  const { data } = workplace.config;
  const opened = openLedgerReader({ dir: data, thread: false });
  if (!opened.ok) {
    workplace.surroundings.err(`${opened.fault.message}\n${opened.fault.remedy}`);
    return EXIT.failed;
  }
  try {
    return await request.run({ ...workplace, reader: opened.reader, folder: ledgerFolder(data) });
  } finally {
    await opened.reader.close();
  }
}
