import { toWire } from '../../api/wire.js';
import type { Cursor } from '../../ledger/query.js';
import { PAGE_LIMIT } from '../../ledger/query.js';
import { EXIT } from '../options.js';
import { complaint, filterOptions, givenFilters } from './filters.js';
import { audits, type Cells, calls, type Listing, legs, recordings, transfers } from './listings.js';
import type { OptionValues, Subcommand, Understood, Workplace } from './subcommand.js';
import { table } from './text.js';

/** `onekey ledger query calls|legs|transfers|recordings|audits`. */
export const queryCommand: Subcommand = {
  options: { ...filterOptions, all: { type: 'boolean' } },
  understand(values, positionals) {
    const [what, ...rest] = positionals;
    if (rest.length > 0) return { ok: false, message: `"${rest[0]}" is one word too many` };
    if (what === 'calls') return understandListing(calls, values);
    if (what === 'legs') return understandListing(legs, values);
    if (what === 'transfers') return understandListing(transfers, values);
    if (what === 'recordings') return understandListing(recordings, values);
    if (what === 'audits') return understandListing(audits, values);
    return {
      ok: false,
      message: `say what to list: calls, legs, transfers, recordings or audits${what === undefined ? '' : `, not "${what}"`}`,
    };
  },
};

function understandListing<T, Q>(listing: Listing<T, Q>, values: OptionValues): Understood {
  const filtered = givenFilters(values);
  if (!filtered.ok) return filtered;
  const { limit, ...filters } = filtered.given;
  const wanted = values.all === true ? Number.POSITIVE_INFINITY : Number(limit ?? PAGE_LIMIT.default);
  if (!(wanted >= 1))
    return { ok: false, message: `--limit ${limit}: write a whole number from 1, or --all` };
  const parsed = listing.schema.safeParse(filters);
  if (!parsed.success) return { ok: false, message: complaint(parsed.error) };
  return { ok: true, run: (workplace) => list(listing, parsed.data, wanted, workplace) };
}

async function list<T, Q>(
  listing: Listing<T, Q>,
  query: Q,
  wanted: number,
  workplace: Workplace,
): Promise<number> {
  const { reader, json, surroundings } = workplace;
  const rows: Cells[] = [];
  let left = wanted;
  let cursor: Cursor | undefined;
  do {
    const page = await listing.page(reader, { ...query, limit: Math.min(left, PAGE_LIMIT.max), cursor });
    left -= page.items.length;
    for (const item of page.items) {
      if (json) surroundings.out(JSON.stringify(toWire(item)));
      else rows.push(listing.cells(item));
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && left > 0);
  if (json) return EXIT.ok;
  if (rows.length === 0) surroundings.err('no record fits');
  else for (const line of table([listing.heading, ...rows])) surroundings.out(line);
  if (cursor !== undefined) surroundings.err(`there are more; --limit or --all shows them`);
  return EXIT.ok;
}
