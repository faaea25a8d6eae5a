import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import { parquetChunks } from '../../../../src/ledger/export/parquet.js';
import { bytesOf, tableOf } from './tables.js';

/** Reads a file with the Rust implementation of Arrow, which knows nothing of what wrote it. */
async function rowsOf(rows: (readonly (string | number | null)[])[]) {
  const file = await bytesOf(parquetChunks(tableOf(rows)));
  const table = tableFromIPC(readParquet(file).intoIPCStream());
  return { fields: table.schema.fields.map(({ name, type }) => `${name}: ${type}`), table };
}

describe('a table as Parquet', () => {
  it('has the names of the fields and a type for each', async () => {
    const { fields } = await rowsOf([]);
    expect(fields).toEqual([
      'seq: Int64',
      'startedAt: Timestamp<MILLISECOND, UTC>',
      'waitMs: Float64',
      'missed: Bool',
      'note: Utf8',
    ]);
  });

  it('gives every value back, over several row groups', async () => {
    const start = Date.UTC(2026, 2, 1, 20, 30, 15, 7);
    const rows = Array.from({ length: 25_000 }, (_, n) => [
      n + 1,
      n % 7 === 0 ? null : start + n,
      n % 5 === 0 ? null : n / 4,
      n % 2,
      n % 3 === 0 ? null : `市民反映停水 ${n % 11}`,
    ]);
    const { table } = await rowsOf(rows);
    expect(table.numRows).toBe(rows.length);
    const read = table
      .toArray()
      .map((row) => [
        Number(row.seq),
        row.startedAt === null ? null : Number(row.startedAt),
        row.waitMs,
        row.missed ? 1 : 0,
        row.note,
      ]);
    expect(read).toEqual(rows);
  });

  it('leaves out what does not fit its column: a ledger may have been changed', async () => {
    const { table } = await rowsOf([['x', 9e15, 'y', 1, 5]]);
    expect(table.toArray().map((row) => row.toJSON())).toEqual([
      { seq: null, startedAt: null, waitMs: null, missed: true, note: '5' },
    ]);
  });
});
