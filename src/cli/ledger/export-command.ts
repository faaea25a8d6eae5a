import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { auditQuery, callQuery, legQuery, recordingQuery, transferQuery } from '../../api/query-schemas.js';
import type { ExportedListing, ExportRequest } from '../../ledger/export/export-request.js';
import { EXPORT_FORMATS, type ExportFormat } from '../../ledger/export/export-table.js';
import { type LedgerExport, LedgerExports } from '../../ledger/export/ledger-exports.js';
import { errorText } from '../../ledger/faults.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import { EXIT } from '../options.js';
import { cityZone } from './city-zone.js';
import { shareDone, timeLeft } from './export-progress.js';
import { complaint, filterOptions, givenFilters } from './filters.js';
import type { OptionValues, Subcommand, Workplace } from './subcommand.js';

/** How often the progress is shown; milliseconds. */
const SHOWN_EVERY_MS = 500;

/** What can be exported, and how its filter is read. */
const LISTINGS: Readonly<Record<string, (given: object) => z.ZodSafeParseResult<ExportedListing>>> = {
  calls: (given) => callQuery.transform((filter) => ({ kind: 'call', filter }) as const).safeParse(given),
  legs: (given) => legQuery.transform((filter) => ({ kind: 'leg', filter }) as const).safeParse(given),
  transfers: (given) =>
    transferQuery.transform((filter) => ({ kind: 'transfer', filter }) as const).safeParse(given),
  recordings: (given) =>
    recordingQuery.transform((filter) => ({ kind: 'recording', filter }) as const).safeParse(given),
  audits: (given) => auditQuery.transform((filter) => ({ kind: 'audit', filter }) as const).safeParse(given),
};

/** `onekey ledger export calls|legs|transfers|recordings|audits`. */
export const exportCommand: Subcommand = {
  options: {
    ...filterOptions,
    out: { type: 'string' },
    format: { type: 'string' },
    language: { type: 'string' },
    mask: { type: 'boolean' },
  },
  understand(values, positionals) {
    const [what, ...rest] = positionals;
    const parse = LISTINGS[what ?? ''];
    if (rest.length > 0) return { ok: false, message: `"${rest[0]}" is one word too many` };
    if (parse === undefined)
      return { ok: false, message: 'say what to export: calls, legs, transfers, recordings or audits' };
    if (values.limit !== undefined)
      return { ok: false, message: '--limit: an export has all that fits; narrow it by a filter' };
    const filtered = givenFilters(values);
    if (!filtered.ok) return filtered;
    const listing = parse(filtered.given);
    if (!listing.success) return { ok: false, message: complaint(listing.error) };
    const how = howOf(values);
    return how.ok
      ? { ok: true, run: (workplace) => runExport(workplace, listing.data, how.how) }
      : { ok: false, message: how.message };
  },
};

interface How {
  readonly out: string;
  readonly format: ExportFormat;
  readonly language: 'zh' | 'en';
  readonly masked: boolean;
}

function howOf({
  out,
  format,
  language = 'zh',
  mask,
}: OptionValues):
  | { readonly ok: true; readonly how: How }
  | { readonly ok: false; readonly message: string } {
  if (typeof out !== 'string' || out === '') return { ok: false, message: 'say where to: --out FILE' };
  const named = typeof format === 'string' ? format : extname(out).slice(1).toLowerCase();
  const known = EXPORT_FORMATS.find((one) => one === named);
  if (known === undefined && format !== undefined)
    return { ok: false, message: `--format ${named}: it is csv, xlsx or parquet` };
  if (language !== 'zh' && language !== 'en')
    return { ok: false, message: `--language ${String(language)}: it is zh or en` };
  return { ok: true, how: { out, format: known ?? 'csv', language, masked: mask === true } };
}

async function runExport(
  workplace: Workplace,
  listing: ExportedListing,
  { out, ...how }: How,
): Promise<number> {
  const { config, reader, surroundings } = workplace;
  const span = await spanOf(reader, listing);
  const request: ExportRequest = { listing, zone: cityZone(workplace), ...how };
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
