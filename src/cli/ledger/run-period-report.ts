import { rename, rm, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { askReport, namesOf } from '../../api/period-report/ask-report.js';
import { viewReport } from '../../api/period-report/report-view.js';
import { REPORT_WORDS } from '../../api/period-report/report-words.js';
import { reportWorkbook } from '../../api/period-report/report-workbook.js';
import type { Report } from '../../api/reports/report-schemas.js';
import { questionOf } from '../../api/reports/statistics-report.js';
import { errorText } from '../../ledger/faults.js';
import { EXIT, readDialPlan } from '../options.js';
import type { How } from './run-export.js';
import type { OptionValues, Workplace } from './subcommand.js';

/** What does not go with the report of a period; null when all does. */
export function periodReportFault(values: OptionValues): string | null {
  const named = values.format ?? extname(String(values.out ?? '')).slice(1);
  if (values.format !== undefined && named !== 'xlsx')
    return `--format ${String(named)}: the report of a period is xlsx`;
  return values.mask === undefined ? null : '--mask: the report of a period has no numbers of callers';
}

/** Makes the workbook of a saved report of a period, as the API and the page do. Resolves to the exit code. */
export async function runPeriodReport(
  { config, reader, surroundings }: Workplace,
  report: Report,
  { out, language }: Pick<How, 'out' | 'language'>,
): Promise<number> {
  const fail = (message: string): number => {
    surroundings.err(message);
    return EXIT.failed;
  };
  const saved = questionOf(report);
  if (!saved.ok) return fail(`the filter of report ${report.name} is not understood any more; save it anew`);
  const plan = readDialPlan(config, surroundings);
  if (!plan.ok) return plan.exitCode;
  const context = {
    dialPlan: () => plan.plan,
    ...(config.surge.enabled ? { surgeBounds: config.surge } : {}),
  };
  const made = await askReport(context, { members: 'all', ledger: reader }, saved.question);
  if (made === undefined)
    return fail(`the period of report ${report.name} is no day, or has not begun; save it anew`);
  const view = viewReport(made, namesOf(plan.plan, language), language);
  try {
    await write(out, await reportWorkbook(view, REPORT_WORDS[language]));
  } catch (error) {
    return fail(`the report could not be written to ${out}: ${errorText(error).message}`);
  }
  surroundings.err(`${out === '-' ? '' : `${out}: `}${view.title} ${view.period}`);
  return EXIT.ok;
}

/** To a file beside the one that was named, which it becomes when it is whole. */
async function write(out: string, workbook: Uint8Array): Promise<void> {
  if (out === '-')
    return new Promise((resolve, reject) =>
      process.stdout.write(workbook, (error) => (error ? reject(error) : resolve())),
    );
  const part = `${out}.part`;
  try {
    await writeFile(part, workbook);
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
