import type { ColumnValue, RecordKind } from '../columns.js';
import { TABLES, toRow } from '../columns.js';
import type { LedgerRecord } from '../records.js';
import { EN_TITLES, ZH_TITLES } from './column-titles.js';

/** `time`: UTC milliseconds. `decimal`: may have a fraction. `flag`: 0 or 1. */
export type ExportType = 'text' | 'time' | 'integer' | 'decimal' | 'flag';
export type ExportLanguage = 'zh' | 'en';

/** One column of an exported table. */
export interface ExportColumn {
  /** Field of the record, as the API names it; the column's name in Parquet. */
  readonly field: string;
  readonly type: ExportType;
  /** Column of the ledger's table that holds the value. */
  readonly source: string;
}

const FLAGS: ReadonlySet<string> = new Set(['missed']);

/** Columns of each kind, in the order in which they are shown: the place in the chain first. */
export function exportColumns(kind: RecordKind): readonly ExportColumn[] {
  return [
    { field: 'seq', type: 'integer', source: 'seq' },
    ...TABLES[kind].columns.map(({ field, name, type }) => ({
      field,
      type: typeOf(field, type),
      source: name,
    })),
  ];
}

function typeOf(field: string, type: 'TEXT' | 'INTEGER' | 'REAL' | 'BLOB'): ExportType {
  if (field.endsWith('At')) return 'time';
  if (FLAGS.has(field)) return 'flag';
  if (type === 'INTEGER') return 'integer';
  return type === 'REAL' ? 'decimal' : 'text';
}

/** Heading of a column for people; the name of the field where nobody has written one. */
export function titleOf({ field }: ExportColumn, language: ExportLanguage): string {
  return (language === 'zh' ? ZH_TITLES : EN_TITLES)[field] ?? field;
}

/** The values of a record in the order of its columns. */
export function cellsOf(
  columns: readonly ExportColumn[],
  record: LedgerRecord & { readonly seq: number },
): readonly ColumnValue[] {
  const row = toRow(record);
  return columns.map(({ source }) => (source === 'seq' ? record.seq : (row[source] ?? null)));
}
