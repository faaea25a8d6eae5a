import { z } from 'zod';
import { EXPORT_FORMATS } from '../../ledger/export/export-table.js';
import { EXPORTED } from '../export-schemas.js';
import { text, time } from '../schemas.js';
import { REPORT_PERIODS } from './report-periods.js';

/** Names of reports: letters of any script, digits, `.`, `_` and `-`. */
export const reportName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,59}$/u, 'expected 1 to 60 letters, digits, ".", "_" or "-"')
  .meta({ description: 'Name of the report', example: 'missed-last-month' });

export const reportParams = z.strictObject({ name: reportName });

export const reportBody = z
  .strictObject({
    what: z.enum([...EXPORTED, 'statistics']).meta({
      description: 'Of what; `statistics`: the report of a period, as a workbook',
    }),
    period: z.enum(REPORT_PERIODS).nullable().default(null).meta({
      description:
        'Time that moves on with the calendar, in the zone of the dial plan; null: `from` and `to` of the filter, or all',
    }),
    filter: z.record(z.string().max(40), z.string().max(200)).default({}).meta({
      description:
        'Filters of the listing as they stand in its query, all of them text; of `statistics` `member`, and without `period` `of` and `at`',
    }),
    format: z.enum(EXPORT_FORMATS).default('xlsx'),
    language: z.enum(['zh', 'en']).default('zh').meta({ description: 'Of the headings' }),
  })
  .meta({ example: { what: 'calls', period: 'last-month', filter: { missed: 'true' }, format: 'xlsx' } });

export const reportSchema = reportBody
  .extend({
    name: text('Name of the report', 'missed-last-month'),
    savedBy: text('Name of the token'),
    savedAt: time('When'),
    erasedAt: time('When a pseudonym came in place of a caller’s number in it').optional(),
  })
  .meta({ id: 'Report', description: 'A query that was saved under a name.', example: undefined });

/** What is kept of a report; `savedAt` in UTC milliseconds. */
export const keptReport = reportBody.extend({
  name: reportName,
  savedBy: z.string(),
  savedAt: z.number(),
  erasedAt: z.number().optional(),
});
export type Report = z.output<typeof keptReport>;
