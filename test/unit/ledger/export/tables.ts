import type { ExportColumn } from '../../../../src/ledger/export/export-columns.js';
import { titleOf } from '../../../../src/ledger/export/export-columns.js';
import type { ExportBatch, ExportTable } from '../../../../src/ledger/export/export-table.js';

/** One column of each type. */
export const COLUMNS: readonly ExportColumn[] = [
  { field: 'seq', type: 'integer', source: 'seq' },
  { field: 'startedAt', type: 'time', source: 'started_at' },
  { field: 'waitMs', type: 'decimal', source: 'wait_ms' },
  { field: 'missed', type: 'flag', source: 'missed' },
  { field: 'note', type: 'text', source: 'note' },
];

/** A table of these rows, in two batches. */
export function tableOf(rows: ExportBatch, zone = 'Asia/Shanghai'): ExportTable {
  const half = Math.ceil(rows.length / 2);
  async function* batches(): AsyncGenerator<ExportBatch> {
    yield rows.slice(0, half);
    yield rows.slice(half);
  }
  return {
    name: 'calls',
    columns: COLUMNS,
    titles: COLUMNS.map((column) => titleOf(column, 'zh')),
    batches: batches(),
    zone,
  };
}

/** All bytes of a file. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
