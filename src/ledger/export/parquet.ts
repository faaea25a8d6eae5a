import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { ColumnValue } from '../columns.js';
import type { ExportColumn, ExportType } from './export-columns.js';
import type { ExportBatch, ExportTable } from './export-table.js';
import { isDate } from './wall-clock.js';

/** Rows of a row group: what is in memory at once, and what a reader takes in at once. */
const ROW_GROUP = 10_000;

const PARQUET_TYPES = {
  text: 'STRING',
  time: 'TIMESTAMP',
  integer: 'INT64',
  decimal: 'DOUBLE',
  flag: 'BOOLEAN',
} as const satisfies Readonly<Record<ExportType, string>>;

/**
 * A table as Parquet: columns have the names of the fields, times are timestamps in UTC (milliseconds), all may be
 * null. The titles of the table stand in the metadata as `title.<field>`, its zone as `zone`.
 */
export async function* parquetChunks({
  columns,
  titles,
  batches,
  zone,
}: ExportTable): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter(1 << 20);
  const parquet = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({
      columnData: columns.map(({ field, type }) => ({ name: field, type: PARQUET_TYPES[type], data: [] })),
    }),
    createdBy: 'onekey',
    kvMetadata: [
      { key: 'zone', value: zone },
      ...columns.map(({ field }, index) => ({ key: `title.${field}`, value: titles[index] ?? field })),
    ],
  });
  let empty = true;
  for await (const group of grouped(batches)) {
    empty = false;
    parquet.write({
      columnData: columns.map((column, index) => ({
        name: column.field,
        data: group.map((row) => cell(column, row[index] ?? null)),
      })),
      rowGroupSize: ROW_GROUP,
    });
    yield taken(writer);
  }
  parquet.finish();
  yield empty ? withTypedList(taken(writer)) : taken(writer);
}

/**
 * The library leaves out the type of the elements where a list is empty, at which strict readers stop. In a file
 * without rows that is the list of row groups: `num_rows` 0 (field 3, i64: 16 00), then field 4, a list (19) of no
 * elements of no type (00), which becomes one of structs (0c).
 */
function withTypedList(file: Uint8Array): Uint8Array {
  const at = Buffer.from(file.buffer, file.byteOffset, file.byteLength).indexOf('16001900', 'hex');
  if (at >= 0) file[at + 3] = 0x0c;
  return file;
}

/** What was written since the last time, as bytes of its own. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

async function* grouped(batches: AsyncIterable<ExportBatch>): AsyncGenerator<ExportBatch> {
  let group: (readonly ColumnValue[])[] = [];
  for await (const batch of batches) {
    for (const row of batch) {
      group.push(row);
      if (group.length < ROW_GROUP) continue;
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

type Cell = string | number | bigint | boolean | Date | null;

/** What fits the column's type; null for what does not, which only a ledger that somebody has changed can hold. */
function cell({ type }: ExportColumn, value: ColumnValue): Cell {
  if (value === null) return null;
  if (type === 'text') return String(value);
  if (typeof value === 'string') return null;
  if (type === 'time') return isDate(value) ? new Date(value) : null;
  if (type === 'flag') return value === 1;
  return type === 'integer' ? BigInt(Math.trunc(value)) : value;
}
