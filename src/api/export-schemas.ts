import { z } from 'zod';
import type { ExportedListing } from '../ledger/export/export-request.js';
import { EXPORT_FORMATS, type ExportFormat } from '../ledger/export/export-table.js';
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

/** What can be exported. */
export type Exported = keyof typeof exportQueries;
export const EXPORTED = [
  'calls',
  'legs',
  'transfers',
  'recordings',
  'audits',
] as const satisfies readonly Exported[];

/** The listing that a query of an export asks for, with what it says about how. */
export function readExport(
  what: Exported,
  query: Readonly<Record<string, string>>,
): z.ZodSafeParseResult<{ listing: ExportedListing; how: { format: ExportFormat; language: 'zh' | 'en' } }> {
  const { calls, legs, transfers, recordings, audits } = exportQueries;
  switch (what) {
    case 'calls':
      return calls
        .transform(({ format, language, ...filter }) => wished({ kind: 'call', filter }, format, language))
        .safeParse(query);
    case 'legs':
      return legs
        .transform(({ format, language, ...filter }) => wished({ kind: 'leg', filter }, format, language))
        .safeParse(query);
    case 'transfers':
      return transfers
        .transform(({ format, language, ...filter }) =>
          wished({ kind: 'transfer', filter }, format, language),
        )
        .safeParse(query);
    case 'recordings':
      return recordings
        .transform(({ format, language, ...filter }) =>
          wished({ kind: 'recording', filter }, format, language),
        )
        .safeParse(query);
    case 'audits':
      return audits
        .transform(({ format, language, ...filter }) => wished({ kind: 'audit', filter }, format, language))
        .safeParse(query);
  }
}

function wished(listing: ExportedListing, format: ExportFormat, language: 'zh' | 'en') {
  return { listing, how: { format, language } };
}
