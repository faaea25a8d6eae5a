import type { DialPlan } from '../dialplan/plan.js';
import { maskNumbers } from '../ledger/mask-numbers.js';
import { type CallStory, PAGE_LIMIT, type Stored } from '../ledger/query.js';
import type { AuditRecord } from '../ledger/records.js';
import { ladderOf } from '../ledger/story/ladder.js';
import type { MemberNames } from '../ledger/words/told.js';
import { measured } from './answer-goal.js';
import { errorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { maySeeNumbers } from './may-see-numbers.js';
import { callParams } from './query-schemas.js';
import { errorSchema } from './schemas.js';
import { ladderSchema } from './story-schemas.js';
import { isoTime, toWire } from './wire.js';

/** One call as a story. */
export function storyRoutes(api: Api, { sight, dialPlan }: ApiContext): void {
  api.get(
    '/v1/calls/:id/story',
    {
      schema: {
        tags: ['ledger'],
        summary: 'One call as a story: a ladder of its legs, transfers, recordings and audits',
        description:
          'Events in the order of time, each in words (Chinese and English) and with the lanes between which it passed. Numbers are masked without the permission `numbers.see`.',
        params: callParams,
        response: {
          200: ladderSchema,
          400: errorSchema,
          401: errorSchema,
          404: errorSchema,
          503: errorSchema,
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { ledger } = sight(request);
      const found = await ledger.story(id);
      if (found === undefined)
        return reply.code(404).send(errorBody('unknown-call', `The ledger has no call "${id}".`));
      const { items } = await ledger.audits({ callId: id, order: 'oldest', limit: PAGE_LIMIT.max });
      const open = maySeeNumbers(request.role);
      const story = open ? found : maskedStory(found);
      const audits: readonly Stored<AuditRecord>[] = open ? items : items.map((audit) => maskNumbers(audit));
      const { events, ...ladder } = ladderOf(id, story, audits, namesOf(dialPlan()));
      return reply.code(200).send({
        ...toWire(ladder),
        call: story.call === null ? null : toWire(measured(story.call)),
        events: events.map(({ at, ...event }) => ({ at: isoTime(at), ...event })),
        audits: audits.map((audit) => toWire(audit)),
      });
    },
  );
}

/** Names of members as the dial plan in force has them; a member that it no longer has is told by its id. */
function namesOf({ members }: DialPlan): MemberNames {
  return (id) => members.get(id)?.name ?? { zh: id, en: id };
}

function maskedStory({ call, legs, transfers, recordings }: CallStory): CallStory {
  return {
    call: call === null ? null : maskNumbers(call),
    legs: legs.map((leg) => maskNumbers(leg)),
    transfers: transfers.map((transfer) => maskNumbers(transfer)),
    recordings,
  };
}
