import { z } from 'zod';
import { EXPORT_FORMATS } from '../ledger/export/export-table.js';
import { auditQuery, callQuery, legQuery, recordingQuery, transferQuery } from './query-schemas.js';

const how = {
  format: z.enum(EXPORT_FORMATS).default('csv').meta({
    description:
      '`csv`: RFC 4180 in UTF-8 with a byte order mark. `xlsx`: times are dates of Excel; a sheet takes 1,048,576 rows, further sheets the rest. `parquet`: columns are named as the fields of the API, times are in UTC.',
  }),
  language: z
    .enum(['zh', 'en'])
    .default('zh')
    .meta({ description: 'Language of the headings of `csv` and `xlsx`' }),
};
const whole = { limit: true, cursor: true } as const;

/** Query of an export: the filters of the listing, all pages of it, and how. */
export const exportQueries = {
  calls: callQuery.omit(whole).extend(how),
  legs: legQuery.omit(whole).extend(how),
  transfers: transferQuery.omit(whole).extend(how),
  recordings: recordingQuery.omit(whole).extend(how),
  audits: auditQuery.omit(whole).extend(how),
} as const;
