import { z } from 'zod';
import type { Matter, MatterMatch } from '../dialplan/matter.js';
import type { DialPlan, Member } from '../dialplan/plan.js';
import { proposeMember } from '../dialplan/propose-member.js';
import type { Api, ApiContext } from './context.js';
import { matterQuery } from './query-schemas.js';
import { errorSchema, text } from './schemas.js';

const FOUND_BY = ['code', 'words', 'similar-words', 'pinyin', 'initials', 'english'] as const;
const bothLanguages = { zh: z.string(), en: z.string() };
const memberRef = z.object({ id: z.string(), number: z.string(), name: z.object(bothLanguages) });

const matterSchema = z.object({
  code: text('Goes into `matter` of a transfer', 'water-01'),
  zh: text('Name', '家中停水'),
  en: z.string().nullable().meta({ description: 'English name' }),
  urgency: z.enum(['routine', 'urgent', 'emergency']),
  source: z.enum(['example', 'own']).meta({ description: '`example`: to be replaced by a list of your own' }),
  found: z
    .object({ by: z.enum(FOUND_BY), term: text('What of the matter fits') })
    .nullable()
    .meta({ description: 'Why it is in the answer; null where all are asked for' }),
  home: memberRef.meta({ description: 'The member that it belongs to' }),
  proposed: memberRef.meta({ description: 'Who takes it now: another than `home` while that is closed' }),
  reason: z.object({ code: z.enum(['home', 'home-closed']), ...bothLanguages }),
});

/** Matters that fit. */
export const mattersSchema = z.object({ items: z.array(matterSchema) });

const DEFAULT_LIMIT = 10;
const MOST = 500;

/** What callers ask for, and which member it belongs to. */
export function matterRoutes(api: Api, { dialPlan, now = Date.now }: ApiContext): void {
  api.get(
    '/v1/matters',
    {
      schema: {
        tags: ['dial plan'],
        summary: 'Find a matter while typing, and the member that it belongs to',
        description:
          'Words, also such that are only similar; pinyin, its initials, or the beginning of either; codes; English. Best first, the more urgent first among equals. `to` of a transfer takes the `proposed.id`.',
        querystring: matterQuery,
        response: { 200: mattersSchema, 400: errorSchema, 401: errorSchema },
      },
    },
    (request) => ({ items: findMatters(dialPlan(), request.query, now()) }),
  );
}

/** The matters that fit what was typed, best first, or all of them when nothing was; with who takes them at `utc`. */
export function findMatters(
  plan: DialPlan,
  { q = '', limit }: z.output<typeof matterQuery>,
  utc: number,
): z.output<typeof matterSchema>[] {
  const asked = q.trim() !== '';
  const found: readonly (MatterMatch | { matter: Matter })[] = asked
    ? plan.matters.search(q, limit ?? DEFAULT_LIMIT)
    : plan.matters
        .all()
        .slice(0, limit ?? MOST)
        .map((matter) => ({ matter }));
  return found.flatMap((match) => described(match, plan, utc) ?? []);
}

function described(
  match: MatterMatch | { readonly matter: Matter },
  plan: DialPlan,
  utc: number,
): z.output<typeof matterSchema> | null {
  const { matter } = match;
  const proposal = proposeMember(plan, matter, utc);
  if (proposal === null) return null;
  return {
    code: matter.code,
    zh: matter.name.zh,
    en: matter.en,
    urgency: matter.urgency,
    source: matter.source,
    found: 'by' in match ? { by: match.by, term: match.term } : null,
    home: ref(proposal.home),
    proposed: ref(proposal.proposed),
    reason: { ...proposal.reason },
  };
}

function ref({ id, numbers, name }: Member): z.output<typeof memberRef> {
  return { id, number: numbers[0], name: { ...name } };
}
