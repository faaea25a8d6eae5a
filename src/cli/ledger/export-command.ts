import type { z } from 'zod';
import { auditQuery, callQuery, legQuery, recordingQuery, transferQuery } from '../../api/query-schemas.js';
import type { ExportedListing } from '../../ledger/export/export-request.js';
import { cityZone } from './city-zone.js';
import { complaint, filterOptions, givenFilters } from './filters.js';
import { exportOptions, howOf, runExport } from './run-export.js';
import type { Subcommand } from './subcommand.js';

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
    ...exportOptions,
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
    const how = howOf(values, { out: null, format: 'csv', language: 'zh' });
    return how.ok
      ? { ok: true, run: (place) => runExport(place, listing.data, { ...how.how, zone: cityZone(place) }) }
      : how;
  },
};
