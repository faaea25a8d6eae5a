import { z } from 'zod';
import { maskedText } from '../ledger/mask-numbers.js';
import { encodeCursor } from '../ledger/query.js';
import { phrasesOf, QUERY_LIMIT } from '../ledger/search/note-query.js';
import { type NoteHit, SEARCH_LIMIT } from '../ledger/search/note-search.js';
import { wordsOf } from '../ledger/search/note-words.js';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { maySeeNumbers } from './may-see-numbers.js';
import { searchQuery } from './query-schemas.js';
import { errorSchema, text } from './schemas.js';
import { hitSchema } from './search-schemas.js';
import { toWire } from './wire.js';

const hitsSchema = z.object({
  items: z.array(hitSchema),
  next: text('Give as `cursor` to go on; null at the end. A page that goes on may be short').nullable(),
  notSearched: z.array(z.string()).meta({
    description: 'Months (`2026-03`) whose full text is not there yet: `onekey ledger rebuild` makes it',
  }),
});

/** Full text of notes. */
export function searchRoutes(api: Api, { sight }: ApiContext): void {
  api.get(
    '/v1/search',
    {
      schema: {
        tags: ['ledger'],
        summary: 'Notes of transfers and of calls that have certain words, newest first',
        description: `\`q\` has words with spaces between them, all of which a note must have, up to ${QUERY_LIMIT} characters. Chinese words may be of one, two or more characters; a Latin word or number may go on (\`138\` finds 13800001111). What stands in quotation marks is found as it is. Without the permission \`numbers.see\` numbers are masked, and what was found by their hidden digits is left out. Default ${SEARCH_LIMIT.default} a page.`,
        querystring: searchQuery,
        response: { 200: hitsSchema, 400: errorSchema, 401: errorSchema, 503: errorSchema },
      },
    },
    async (request, reply) => {
      const { q: query, from, to, limit, cursor } = request.query;
      if (phrasesOf(query).length === 0)
        return reply.code(400).send(errorBody('no-word', 'q has no letter and no digit to look for.'));
      const { items, next, notSearched } = await sight(request).ledger.notes({
        query,
        from,
        to,
        limit,
        before: cursor?.seq,
      });
      const open = maySeeNumbers(request.role);
      return reply.code(200).send({
        items: (open ? items : withoutNumbers(items, query)).map((hit) => toWire(hit)),
        next: next === null ? null : encodeCursor({ time: 0, seq: next }),
        notSearched: [...notSearched],
      });
    },
  );
}

/**
 * Hits as those get them who may not see numbers. What was found by digits that are hidden is no hit for them: else a
 * number could be found out digit by digit.
 */
function withoutNumbers(hits: readonly NoteHit[], query: string): readonly NoteHit[] {
  const digits = phrasesOf(query)
    .flatMap(({ words }) => words)
    .filter((word) => /\d/.test(word));
  return hits.map(masked).filter(({ note }) => {
    const left = wordsOf(note).map(({ text }) => text);
    return digits.every((word) => left.some((seen) => seen.startsWith(word)));
  });
}

function masked(hit: NoteHit): NoteHit {
  // Over all parts at once: what was looked for may be a piece of a number. Masks are as long as what they hide.
  const whole = maskedText(hit.snippet.map((part) => part.text).join(''));
  let from = 0;
  const snippet = hit.snippet.map((part) => {
    const text = whole.slice(from, from + part.text.length);
    from += part.text.length;
    return { ...part, text };
  });
  return { ...hit, note: maskedText(hit.note), snippet };
}
