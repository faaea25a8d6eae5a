import { userInfo } from 'node:os';
import { join } from 'node:path';
import { EXPORTED } from '../../api/export-schemas.js';
import { REPORT_PERIODS } from '../../api/reports/report-periods.js';
import { exportOf, filterFault, isListing } from '../../api/reports/report-query.js';
import { type Report, reportName } from '../../api/reports/report-schemas.js';
import { MOST_REPORTS, ReportFileError, ReportStore } from '../../api/reports/report-store.js';
import { toWire } from '../../api/wire.js';
import { EXPORT_FORMATS } from '../../ledger/export/export-table.js';
import { EXIT } from '../options.js';
import { cityZone } from './city-zone.js';
import { filterOptions, givenFilters, kebab } from './filters.js';
import { exportOptions, howOf, runExport } from './run-export.js';
import { periodReportFault, runPeriodReport } from './run-period-report.js';
import type { OptionValues, Subcommand, Understood, Workplace } from './subcommand.js';
import { localTime, table } from './text.js';

/** `onekey ledger report`. */
export const reportCommand: Subcommand = {
  options: { ...filterOptions, ...exportOptions, period: { type: 'string' } },
  understand(values, [what, name, ...more]) {
    switch (what) {
      case 'list':
        return alone(what, [name, ...more], values, () => ({ ok: true, run: showAll }));
      case 'save':
        return understandSave(values, name, more);
      case 'run':
        return named(what, name, () => alone(what, more, values, () => understandRun(values, name ?? '')));
      case 'delete':
        return named(what, name, () =>
          alone(what, more, values, () => ({ ok: true, run: (place) => remove(place, name ?? '') })),
        );
      default:
        return {
          ok: false,
          message: 'say report list, report save NAME, report run NAME or report delete NAME',
        };
    }
  },
};

type NotUnderstood = Extract<Understood, { ok: false }>;

function named(what: string, name: string | undefined, then: () => Understood): Understood {
  if (name !== undefined) return then();
  return { ok: false, message: `say which one: report ${what} NAME, as report list shows it` };
}

/** Options that go with each of them, beside those of every command; what is not here goes with `save` alone. */
const OPTIONS = { list: [], run: Object.keys(exportOptions), delete: [] } as const satisfies Readonly<
  Record<string, readonly string[]>
>;

/** Nothing else stands in the command line. */
function alone(
  what: keyof typeof OPTIONS,
  words: readonly (string | undefined)[],
  values: OptionValues,
  then: () => Understood,
): Understood {
  const extra = words.find((word) => word !== undefined);
  if (extra !== undefined) return { ok: false, message: `"${extra}" is one word too many` };
  const ours = [...Object.keys(filterOptions), ...Object.keys(exportOptions), 'period'];
  const options: readonly string[] = OPTIONS[what];
  const stray = Object.keys(values).find((option) => ours.includes(option) && !options.includes(option));
  return stray === undefined ? then() : { ok: false, message: `--${stray} does not go with report ${what}` };
}

function understandSave(
  values: OptionValues,
  name: string | undefined,
  [what, extra]: readonly string[],
): Understood {
  if (extra !== undefined) return { ok: false, message: `"${extra}" is one word too many` };
  const checked = reportName.safeParse(name);
  if (!checked.success)
    return { ok: false, message: `name the report: ${checked.error.issues[0]?.message ?? ''}` };
  const listing = EXPORTED.find((one) => one === what);
  if (listing === undefined)
    return { ok: false, message: `say of what: report save ${checked.data} ${EXPORTED.join('|')}` };
  for (const option of ['out', 'mask'])
    if (values[option] !== undefined)
      return { ok: false, message: `--${option} does not go with report save` };
  const chosen = choices(values);
  if (!chosen.ok) return chosen;
  const filtered = givenFilters(values);
  if (!filtered.ok) return filtered;
  const report = { name: checked.data, what: listing, filter: filtered.given, ...chosen.choices };
  const wrong = filterFault(report);
  if (wrong !== null) {
    const { field, message } = wrong;
    return { ok: false, message: field === null ? message : `--${kebab(field)}: ${message}` };
  }
  return { ok: true, run: (place) => save(place, report) };
}

type Choices = Pick<Report, 'period' | 'format' | 'language'>;

function choices({
  period,
  format = 'xlsx',
  language = 'zh',
}: OptionValues): { readonly ok: true; readonly choices: Choices } | NotUnderstood {
  const time = REPORT_PERIODS.find((one) => one === period) ?? null;
  if (period !== undefined && time === null)
    return { ok: false, message: `--period ${String(period)}: it is one of ${REPORT_PERIODS.join(', ')}` };
  const kind = EXPORT_FORMATS.find((one) => one === format);
  if (kind === undefined)
    return { ok: false, message: `--format ${String(format)}: it is ${EXPORT_FORMATS.join(', ')}` };
  if (language !== 'zh' && language !== 'en')
    return { ok: false, message: `--language ${String(language)}: it is zh or en` };
  return { ok: true, choices: { period: time, format: kind, language } };
}

/** Opens the reports of a data folder; a file of them that cannot be used is told of. */
async function withStore(
  { config, surroundings }: Workplace,
  act: (store: ReportStore) => Promise<number>,
): Promise<number> {
  try {
    return await act(new ReportStore(join(config.data, 'reports.json')));
  } catch (error) {
    if (!(error instanceof ReportFileError) && !(error instanceof Error && 'code' in error)) throw error;
    surroundings.err(error.message);
    return EXIT.failed;
  }
}

function save(place: Workplace, report: Omit<Report, 'savedBy' | 'savedAt'>): Promise<number> {
  return withStore(place, async (store) => {
    const saved = await store.save({ ...report, savedBy: userInfo().username, savedAt: Date.now() });
    if (saved === 'too-many') {
      place.surroundings.err(
        `there are ${MOST_REPORTS} reports; delete one first (onekey ledger report list)`,
      );
      return EXIT.failed;
    }
    place.surroundings.err(`report ${report.name} ${saved === 'new' ? 'saved' : 'replaced'}`);
    return EXIT.ok;
  });
}

function showAll(place: Workplace): Promise<number> {
  return withStore(place, async (store) => {
    const reports = await store.list();
    const lines = place.json
      ? reports.map((report) => JSON.stringify(toWire(report)))
      : reportsTable(reports);
    for (const line of lines) place.surroundings.out(line);
    return EXIT.ok;
  });
}

function reportsTable(reports: readonly Report[]): readonly string[] {
  if (reports.length === 0) return ['no reports'];
  const rows = reports.map(({ name, what, period, filter, format, savedBy, savedAt }) => [
    name,
    what,
    period,
    Object.entries(filter)
      .map(([field, value]) => `${field}=${value}`)
      .join(' '),
    format,
    savedBy,
    localTime(savedAt)?.slice(0, 16) ?? null,
  ]);
  return table([['report', 'of', 'period', 'filter', 'format', 'saved by', 'saved at'], ...rows]);
}

function remove(place: Workplace, name: string): Promise<number> {
  return withStore(place, async (store) => {
    if (!(await store.remove(name))) return unknown(place, name);
    place.surroundings.err(`report ${name} deleted`);
    return EXIT.ok;
  });
}

function understandRun(values: OptionValues, name: string): Understood {
  // What can be told without the report is told before anything is opened.
  const how = howOf(values, { out: name, format: 'xlsx', language: 'zh' });
  return how.ok ? { ok: true, run: (place) => runReport(place, values, name) } : how;
}

function runReport(place: Workplace, values: OptionValues, name: string): Promise<number> {
  return withStore(place, async (store) => {
    const report = await store.get(name);
    if (report === undefined) return unknown(place, name);
    const { format, language } = report;
    const how = howOf(values, { out: `${name}.${String(values.format ?? format)}`, format, language });
    if (!isListing(report)) {
      const fault = how.ok ? periodReportFault(values) : how.message;
      if (how.ok && fault === null) return runPeriodReport(place, report, how.how);
      place.surroundings.err(fault ?? '');
      return EXIT.failed;
    }
    const zone = cityZone(place);
    const read = exportOf(report, Date.now(), zone);
    if (!how.ok || !read.success) {
      place.surroundings.err(`the filter of report ${name} is not understood any more; save it anew`);
      return EXIT.failed;
    }
    return runExport(place, read.data.listing, { ...how.how, zone });
  });
}

function unknown({ surroundings }: Workplace, name: string): number {
  surroundings.err(`there is no report "${name}" (onekey ledger report list)`);
  return EXIT.failed;
}
