import type { ParseArgsConfig } from 'node:util';
import type { z } from 'zod';
import { auditQuery, callQuery, legQuery, recordingQuery, transferQuery } from '../../api/query-schemas.js';
import { toWire } from '../../api/wire.js';
import type { Cursor } from '../../ledger/query.js';
import { PAGE_LIMIT } from '../../ledger/query.js';
import { EXIT } from '../options.js';
import { audits, type Cells, calls, type Listing, legs, recordings, transfers } from './listings.js';
import type { OptionValues, Subcommand, Understood, Workplace } from './subcommand.js';
import { parseLocalTime, table } from './text.js';

/** Lines about the filters for the help. */
export const queryHelp = `  all           --from TIME --to TIME (2026-03-02, "2026-03-02 08:00", 2026-03-02T08:00:00Z)
                --limit N (default ${PAGE_LIMIT.default}) or --all; --order newest|oldest
  calls         --member M --caller NUMBER (138* for all that begin so) --trunk T --missed
                --outcome answered|missed|abandoned|refused|interrupted --cause C --ended-by WHO
  legs          --call-id C --member M --agent A --caller NUMBER --trunk T --role caller|agent|target
                --direction in|out --outcome answered|rejected|unanswered|cancelled|unreachable|interrupted
                --ended-by WHO --sip-status N --sip-call-id ID
  transfers     --id T --call-id C --member M (either side) --from-member M --to-member M --matter M
                --trigger refer|replaces|api|key|desk --mode blind|consult|conference|alert
                --outcome completed|failed|refused|abandoned|interrupted --cause C
  recordings    --id R --call-id C --outcome kept|empty|failed --requested-by WHO
  audits        --actor WHO --subject ID --call-id C
                --action recording-started|recording-stopped|recording-linked|recording-played|recording-deleted|agent-state|called-back`;

/** Options that are words of the API's queries, in the form of a command line. */
const FILTERS = [
  ...new Set(
    [callQuery, legQuery, transferQuery, recordingQuery, auditQuery].flatMap((schema) =>
      Object.keys(schema.shape),
    ),
  ),
].filter((name) => name !== 'cursor');

const options: NonNullable<ParseArgsConfig['options']> = {
  ...Object.fromEntries(
    FILTERS.map((name) => [
      kebab(name),
      { type: name === 'missed' ? ('boolean' as const) : ('string' as const) },
    ]),
  ),
  all: { type: 'boolean' },
};

/** `onekey ledger query calls|legs|transfers|recordings|audits`. */
export const queryCommand: Subcommand = {
  options,
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
  const given: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = values[kebab(name)];
    if (value === undefined) continue;
    const text = String(value);
    const time = name === 'from' || name === 'to' ? parseLocalTime(text) : text;
    if (time === undefined)
      return {
        ok: false,
        message: `--${name} ${text}: write a time such as 2026-03-02 or "2026-03-02 08:00"`,
      };
    given[name] = time;
  }
  const { limit, ...filters } = given;
  const wanted = values.all === true ? Number.POSITIVE_INFINITY : Number(limit ?? PAGE_LIMIT.default);
  if (!(wanted >= 1))
    return { ok: false, message: `--limit ${limit}: write a whole number from 1, or --all` };
  const parsed = listing.schema.safeParse(filters);
  if (!parsed.success) return { ok: false, message: complaint(parsed.error) };
  return { ok: true, run: (workplace) => list(listing, parsed.data, wanted, workplace) };
}

/** Names the option and what is wrong with it. */
function complaint(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys')
    return `--${kebab(issue.keys[0] ?? '')} is no filter of these records`;
  return `--${kebab(String(issue?.path[0] ?? ''))}: ${issue?.message ?? 'is wrong'}`;
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

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
