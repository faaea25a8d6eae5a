import type { ColumnValue } from '../columns.js';
import type { ExportColumn } from './export-columns.js';

/** Rows of a table in the order of its columns. */
export type ExportBatch = readonly (readonly ColumnValue[])[];

/** A table on its way into a file. No more of it than one batch is ever in memory. */
export interface ExportTable {
  /** Name of the sheet in Excel. */
  readonly name: string;
  readonly columns: readonly ExportColumn[];
  /** Heading of each column. */
  readonly titles: readonly string[];
  readonly batches: AsyncIterable<ExportBatch>;
  /** Zone in which people read the times; an IANA name. */
  readonly zone: string;
}

/** Kinds of files that a table can become. */
export const EXPORT_FORMATS = ['csv', 'xlsx', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Media type of each format. */
export const EXPORT_MEDIA_TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
};
