import { writeXlsxStream, XLSX_MAX_ROWS_PER_SHEET } from 'hucre/xlsx';
import type { ColumnValue } from '../columns.js';
import type { ExportColumn } from './export-columns.js';
import type { ExportTable } from './export-table.js';
import { isDate, wallClock } from './wall-clock.js';

/** Longest text of a cell in Excel; UTF-16 units. */
const LONGEST_TEXT = 32_767;
/** Excel keeps times as days since 1899-12-30 and knows none before 1900-03-01 for sure. */
const FIRST_TIME = Date.UTC(1900, 2, 1);
const LAST_TIME = Date.UTC(9999, 11, 31);

type Cell = string | number | boolean | Date | null;

/**
 * A table as an Excel workbook (ECMA-376). Times are dates of Excel, in the table's zone; texts are never formulas. A
 * sheet takes 1,048,576 rows with its heading; what is more goes to further sheets, each with the heading.
 *
 * @param rowsPerSheet rows of a sheet with its heading, 2 to 1,048,576
 */
export async function* xlsxChunks(
  { name, columns, titles, batches, zone }: ExportTable,
  rowsPerSheet: number = XLSX_MAX_ROWS_PER_SHEET,
): AsyncGenerator<Uint8Array> {
  const clock = wallClock(zone);
  async function* rows(): AsyncGenerator<Cell[]> {
    for await (const batch of batches)
      for (const row of batch) yield columns.map((column, index) => cell(column, row[index] ?? null, clock));
  }
  const stream = writeXlsxStream(rows(), {
    name,
    columns: columns.map((column, index) => ({
      header: titles[index] ?? column.field,
      ...(column.type === 'time' ? { numFmt: 'yyyy-mm-dd hh:mm:ss.000', width: 23 } : {}),
    })),
    freezePane: { rows: 1 },
    maxRowsPerSheet: rowsPerSheet,
    // A sheet of wide rows may be longer than 4 GiB before it is packed.
    zip64: true,
  });
  yield* stream;
}

function cell({ type }: ExportColumn, value: ColumnValue, clock: (utc: number) => number): Cell {
  if (value === null) return null;
  if (typeof value === 'string') return safeText(value);
  if (type === 'flag') return value === 1;
  if (type !== 'time') return value;
  if (!isDate(value)) return String(value);
  const wall = clock(value);
  return wall < FIRST_TIME || wall > LAST_TIME ? new Date(value).toISOString() : new Date(wall);
}

/** What XML 1.0 cannot hold becomes U+FFFD; what Excel would read as an escape is escaped itself. */
export function safeText(text: string): string {
  const legal = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_');
  return legal.length <= LONGEST_TEXT ? legal : `${legal.slice(0, LONGEST_TEXT - 1)}…`;
}
