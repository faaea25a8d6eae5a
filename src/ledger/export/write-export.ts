import { setImmediate as turn } from 'node:timers/promises';
import type { RecordKind } from '../columns.js';
import { maskNumbers } from '../mask-numbers.js';
import type { Filters, Page, RecordOf, Stored } from '../query.js';
import { PAGE_LIMIT } from '../query.js';
import type { LedgerRecord } from '../records.js';
import { csvChunks } from './csv.js';
import { cellsOf, type ExportColumn, exportColumns, titleOf } from './export-columns.js';
import type { ExportProgress, ExportRequest } from './export-request.js';
import type { ExportBatch, ExportTable } from './export-table.js';
import { parquetChunks } from './parquet.js';
import { xlsxChunks } from './xlsx.js';

/** What an export reads from. */
export interface ExportSource {
  list<K extends RecordKind>(kind: K, filter: Filters[K]): Page<RecordOf[K]>;
}

/** Chunks are gathered to about this size before they go on; bytes. */
const CHUNK = 128 * 1024;

/** Names of the sheets. */
const SHEETS: Readonly<Record<RecordKind, string>> = {
  call: 'calls',
  leg: 'legs',
  transfer: 'transfers',
  recording: 'recordings',
  audit: 'audits',
};

/**
 * The file of an export, chunk by chunk, each with how far it has come. Nothing is read ahead of what is taken: memory
 * holds one page of records, and with Parquet one row group. Throws the errors of the source.
 */
export async function* writeExport(
  source: ExportSource,
  request: ExportRequest,
): AsyncGenerator<{ readonly chunk: Uint8Array; readonly progress: ExportProgress }> {
  const { listing, format, language, zone, masked } = request;
  const columns = exportColumns(listing.kind);
  let progress: ExportProgress = { rows: 0, at: null };
  const batches = rowsOf(source, request, columns, masked, (next) => {
    progress = next;
  });
  const table: ExportTable = {
    name: SHEETS[listing.kind],
    columns,
    titles: columns.map((column) => titleOf(column, language)),
    batches,
    zone,
  };
  const chunks = { csv: csvChunks, xlsx: xlsxChunks, parquet: parquetChunks }[format](table);
  for await (const chunk of gathered(chunks)) yield { chunk, progress };
}

async function* rowsOf(
  source: ExportSource,
  { listing }: ExportRequest,
  columns: readonly ExportColumn[],
  masked: boolean,
  onProgress: (progress: ExportProgress) => void,
): AsyncGenerator<ExportBatch> {
  let rows = 0;
  let cursor: Page<LedgerRecord>['next'] = null;
  do {
    const page: Page<LedgerRecord> = source.list(listing.kind, {
      order: 'oldest',
      ...listing.filter,
      limit: PAGE_LIMIT.max,
      ...(cursor === null ? {} : { cursor }),
    });
    rows += page.items.length;
    const last = page.items.at(-1);
    onProgress({ rows, at: page.next?.time ?? (last === undefined ? null : timeOf(last)) });
    yield page.items.map((item) => cellsOf(columns, masked ? maskNumbers<Stored<LedgerRecord>>(item) : item));
    cursor = page.next;
    // Messages of the other thread come in between.
    await turn();
  } while (cursor !== null);
}

function timeOf(record: LedgerRecord): number {
  switch (record.kind) {
    case 'transfer':
      return record.requestedAt;
    case 'audit':
      return record.doneAt;
    default:
      return record.startedAt;
  }
}

async function* gathered(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.byteLength;
    if (size < CHUNK) continue;
    yield joined(held);
    held = [];
    size = 0;
  }
  if (size > 0) yield joined(held);
}

/** One array of its own, so that it can be handed over to another thread. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const size = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
