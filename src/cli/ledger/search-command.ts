import { searchQuery } from '../../api/query-schemas.js';
import { toWire } from '../../api/wire.js';
import { phrasesOf } from '../../ledger/search/note-query.js';
import { type NoteHit, type NoteSearch, SEARCH_LIMIT } from '../../ledger/search/note-search.js';
import { EXIT } from '../options.js';
import { complaint, givenFilters } from './filters.js';
import type { Subcommand, Workplace } from './subcommand.js';
import { localTime, shortened, table } from './text.js';

/** Columns of the terminal that a note gets; --json has all of it. */
const NOTE_WIDTH = 70;

/** `onekey ledger search WORDS...`. */
export const searchCommand: Subcommand = {
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    limit: { type: 'string' },
    all: { type: 'boolean' },
  },
  understand({ all, limit, ...values }, positionals) {
    const query = positionals.join(' ');
    if (phrasesOf(query).length === 0)
      return { ok: false, message: 'say what to look for: onekey ledger search 停水 和平区' };
    const filtered = givenFilters(values);
    if (!filtered.ok) return filtered;
    const { from, to } = filtered.given;
    const parsed = searchQuery.safeParse({
      q: query,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    if (!parsed.success) return { ok: false, message: complaint(parsed.error) };
    const wanted = all === true ? Number.POSITIVE_INFINITY : Number(limit ?? SEARCH_LIMIT.default);
    if (!(wanted >= 1))
      return { ok: false, message: `--limit ${String(limit)}: write a whole number from 1, or --all` };
    const { q, ...times } = parsed.data;
    return {
      ok: true,
      run: (workplace) => search(workplace, { query: q, from: times.from, to: times.to }, wanted),
    };
  },
};

async function search(
  { reader, json, surroundings }: Workplace,
  wish: NoteSearch,
  wanted: number,
): Promise<number> {
  const hits: NoteHit[] = [];
  const notSearched = new Set<string>();
  let before: number | undefined;
  do {
    const limit = Math.min(wanted - hits.length, SEARCH_LIMIT.max);
    const page = await reader.notes({ ...wish, limit, before });
    hits.push(...page.items);
    for (const month of page.notSearched) notSearched.add(month);
    before = page.next ?? undefined;
  } while (before !== undefined && hits.length < wanted);
  if (json) for (const hit of hits) surroundings.out(JSON.stringify(toWire(hit)));
  else if (hits.length === 0) surroundings.err('no note has that');
  else for (const line of table([HEADING, ...hits.map(cells)])) surroundings.out(line);
  if (before !== undefined) surroundings.err('there are more; --limit or --all shows them');
  if (notSearched.size > 0)
    surroundings.err(`not searched, because the full text is missing: ${[...notSearched].join(', ')}`);
  return EXIT.ok;
}

const HEADING = ['written', 'by', 'to', 'matter', 'note', 'call'];

function cells(hit: NoteHit): (string | null)[] {
  const text = hit.snippet.map((part) => (part.hit ? `«${part.text}»` : part.text)).join('');
  const by = hit.writtenBy ?? hit.fromMember;
  return [localTime(hit.writtenAt), by, hit.toMember, hit.matter, shortened(text, NOTE_WIDTH), hit.callId];
}
