import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ParseArgsConfig } from 'node:util';
import type { ExportedListing, ExportRequest } from '../../ledger/export/export-request.js';
import { EXPORT_FORMATS, type ExportFormat } from '../../ledger/export/export-table.js';
import { type LedgerExport, LedgerExports } from '../../ledger/export/ledger-exports.js';
import { errorText } from '../../ledger/faults.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import { EXIT } from '../options.js';
import { shareDone, timeLeft } from './export-progress.js';
import type { OptionValues, Workplace } from './subcommand.js';

/** How often the progress is shown; milliseconds. */
const SHOWN_EVERY_MS = 500;

/** How a listing is exported, and where to. */
export interface How {
  /** A file, or `-` for the standard output. */
  readonly out: string;
  readonly format: ExportFormat;
  readonly language: 'zh' | 'en';
  readonly masked: boolean;
}

/** What holds where the command line does not say it; without `out` it must. */
export interface UsualHow {
  readonly out: string | null;
  readonly format: ExportFormat;
  readonly language: 'zh' | 'en';
}

/** Options of commands that export. */
export const exportOptions = {
  out: { type: 'string' },
  format: { type: 'string' },
  language: { type: 'string' },
  mask: { type: 'boolean' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

/** How the command line wants it: the format is what it says, what the file ends with, or the usual one. */
export function howOf(
  values: OptionValues,
  usual: UsualHow,
): { readonly ok: true; readonly how: How } | { readonly ok: false; readonly message: string } {
  const { out = usual.out ?? '', format, language = usual.language, mask } = values;
  if (typeof out !== 'string' || out === '') return { ok: false, message: 'say where to: --out FILE' };
  const named = typeof format === 'string' ? format : extname(out).slice(1).toLowerCase();
  const known = EXPORT_FORMATS.find((one) => one === named);
  if (known === undefined && format !== undefined)
    return { ok: false, message: `--format ${named}: it is csv, xlsx or parquet` };
  if (language !== 'zh' && language !== 'en')
    return { ok: false, message: `--language ${String(language)}: it is zh or en` };
  return { ok: true, how: { out, format: known ?? usual.format, language, masked: mask === true } };
}

/** Export with progress on the terminal; times in the file are those of `zone` (IANA name). Resolves to the exit code. */
export async function runExport(
  { config, reader, surroundings }: Workplace,
  listing: ExportedListing,
  { out, ...how }: How & { readonly zone: string },
): Promise<number> {
  const span = await spanOf(reader, listing);
  const request: ExportRequest = { listing, ...how };
  const started = new LedgerExports({ dir: config.data, most: 1, idleMs: NEVER }).start(request);
  if (started === null) return EXIT.failed;
  const began = Date.now();
  const shown = setInterval(() => {
    const { rows, at } = started.progress();
    const share = shareDone(at, span, listing.filter.order === 'newest');
    surroundings.progress?.(`${rows} records, ${timeLeft(share, Date.now() - began)}`);
  }, SHOWN_EVERY_MS);
  try {
    await write(started, out);
    surroundings.progress?.('');
    surroundings.err(`${out === '-' ? '' : `${out}: `}${started.progress().rows} records`);
    return EXIT.ok;
  } catch (error) {
    surroundings.progress?.('');
    surroundings.err(`the export to ${out} failed: ${errorText(error).message}`);
    return EXIT.failed;
  } finally {
    clearInterval(shown);
  }
}

/** A pipe may be read as slowly as it likes; milliseconds. */
const NEVER = 2 ** 31 - 1;

/** To a file beside the one that was named, which it becomes when it is whole. */
async function write({ stream }: LedgerExport, out: string): Promise<void> {
  if (out === '-') return pipeline(stream, process.stdout, { end: false });
  const part = `${out}.part`;
  try {
    await pipeline(stream, createWriteStream(part));
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Times between which the records lie; undefined when there are none. */
async function spanOf(
  reader: LedgerReader,
  { kind, filter }: ExportedListing,
): Promise<{ readonly from: number; readonly to: number } | undefined> {
  const { from, to } = filter;
  const first = { from, to, limit: 1, order: 'oldest' } as const;
  const times = {
    call: async () => (await reader.calls(first)).items[0]?.startedAt,
    leg: async () => (await reader.legs(first)).items[0]?.startedAt,
    transfer: async () => (await reader.transfers(first)).items[0]?.requestedAt,
    recording: async () => (await reader.recordings(first)).items[0]?.startedAt,
    audit: async () => (await reader.audits(first)).items[0]?.doneAt,
  };
  const begin = await times[kind]();
  const now = Date.now();
  return begin === undefined ? undefined : { from: begin, to: Math.min(to ?? now, now) };
}
