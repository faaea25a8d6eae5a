import type { ColumnValue } from '../columns.js';
import type { ExportColumn } from './export-columns.js';
import type { ExportTable } from './export-table.js';
import { isDate, wallClock } from './wall-clock.js';

/** Tells Excel that the text is UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * A table as CSV (RFC 4180, lines end in CRLF) in UTF-8 with a byte order mark. Times are those of the table's zone,
 * `2026-03-02 16:00:00.000`. A text that a spreadsheet would take for a formula gets an apostrophe in front.
 */
export async function* csvChunks({
  columns,
  titles,
  batches,
  zone,
}: ExportTable): AsyncGenerator<Uint8Array> {
  const clock = wallClock(zone);
  yield Buffer.from(`${BYTE_ORDER_MARK}${titles.map(field).join(',')}\r\n`, 'utf8');
  for await (const batch of batches) {
    let text = '';
    for (const row of batch) {
      let line = '';
      for (let index = 0; index < columns.length; index += 1) {
        const column = columns[index];
        const value = row[index];
        if (index > 0) line += ',';
        if (column !== undefined && value !== undefined) line += cell(column, value, clock);
      }
      text += `${line}\r\n`;
    }
    if (text !== '') yield Buffer.from(text, 'utf8');
  }
}

function cell({ type }: ExportColumn, value: ColumnValue, clock: (utc: number) => number): string {
  if (value === null) return '';
  if (typeof value === 'string') return field(value);
  if (type === 'time' && isDate(value)) return wallText(clock(value));
  if (type === 'flag') return value === 1 ? 'true' : 'false';
  return String(value);
}

/** A time that a clock shows: ISO 8601 with a space, which spreadsheets read as a date. */
function wallText(wall: number): string {
  return new Date(wall).toISOString().slice(0, -1).replace('T', ' ');
}

/** Quoted where RFC 4180 wants it. */
function field(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
