import { z } from 'zod';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { screenPopSchema } from './live-schemas.js';
import { screenPopParams, screenPopQuery } from './query-schemas.js';
import { hidesNumbers, masked } from './rights/mask-answers.js';
import type { Sight } from './rights/sight.js';
import { errorSchema } from './schemas.js';
import { type Known, screenPop, withoutCaller } from './screen-pop.js';
import { LINK_OUTLIVES_CALL_MS } from './screen-pop-links.js';
import { messagePage, PAGE_HEADERS, screenPopPage } from './screen-pop-page.js';
import { toWire } from './wire.js';

const HOURS = LINK_OUTLIVES_CALL_MS / 3_600_000;

/** What the desk that gets a call is shown of it: the page that its Call-Info header names. */
export function screenPopRoutes(api: Api, context: ApiContext): void {
  const now = context.now ?? Date.now;
  api.get(
    '/v1/screen-pop/:id',
    {
      config: { opensByLink: true },
      schema: {
        tags: ['live'],
        summary: 'What a desk is shown of a call that comes to it',
        description: `By the id of a call, or of a transfer as User-to-User has it. A page for people where the browser asks for text/html, JSON else. Needs a token, or the \`key\` of the link in Call-Info, which opens while the call lives and ${HOURS} hours after. A link for a desk that the caller’s number must be kept from shows neither number nor name.`,
        security: [{ token: [] }, {}],
        params: screenPopParams,
        querystring: screenPopQuery,
        response: {
          200: {
            description: 'The call',
            content: {
              'application/json': { schema: screenPopSchema },
              'text/html': { schema: z.string() },
            },
          },
          400: errorSchema,
          401: errorSchema,
          403: { description: '`bad-link`: the key is not for this id', content: json },
          404: { description: '`unknown-call`: neither live nor in the ledger', content: either },
          410: { description: '`link-expired`: the call ended too long ago', content: either },
          503: errorSchema,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const html = prefersHtml(request.headers.accept);
      const answer = (status: 404 | 410, code: string, zh: string, en: string) =>
        html
          ? reply.code(status).headers(PAGE_HEADERS).serializer(String).send(messagePage(zh, en))
          : reply.code(status).send(errorBody(code, en));
      const known = await know(context.sight(request), id);
      if (known === null)
        return answer(404, 'unknown-call', '没有这个通话', 'There is no such call, live or in the ledger.');
      const { key } = request.query;
      const whole = screenPop(id, known, context.dialPlan());
      const scope = key === undefined ? 'all' : context.links?.opens(id, key);
      const told = scope === 'all' ? whole : withoutCaller(whole);
      const pop = hidesNumbers(request) ? masked(told) : told;
      const over = pop.endedAt !== null && now() > pop.endedAt + LINK_OUTLIVES_CALL_MS;
      if (over && key !== undefined)
        return answer(410, 'link-expired', '链接已过期', `This call ended more than ${HOURS} hours ago.`);
      if (!html) return reply.code(200).send(toWire(pop));
      return reply.code(200).headers(PAGE_HEADERS).serializer(String).send(screenPopPage(pop));
    },
  );
}

const json = { 'application/json': { schema: errorSchema } };
const either = { ...json, 'text/html': { schema: z.string() } };

/** Everything that is known of a call, by its id or that of a transfer; null when that is nothing. */
async function know({ operations, ledger }: Sight, id: string): Promise<Known | null> {
  const live = operations.screenPop(id);
  const callId = live?.call.id ?? (await ledger.transfers({ id, limit: 1 })).items[0]?.callId ?? id;
  const story = await ledger.story(callId);
  return live === undefined && story === undefined ? null : { callId, live, story };
}

/** True when text/html is accepted and nothing says that JSON is liked better (RFC 9110 §12.5.1). */
function prefersHtml(accept: string | undefined): boolean {
  const quality = (type: string): number => {
    for (const range of (accept ?? '').toLowerCase().split(',')) {
      const [name, ...parameters] = range.split(';').map((part) => part.trim());
      if (name !== type) continue;
      const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return q === undefined ? 1 : Number(q) || 0;
    }
    return 0;
  };
  const html = quality('text/html');
  return html > 0 && html >= quality('application/json');
}
