import { CityCalendar, type Period } from '../ledger/statistics/city-calendar.js';
import { ANSWER_GOAL_MS } from '../ledger/statistics/contribution.js';
import { ANSWERED_GOAL } from '../ledger/statistics/goals.js';
import { HOUR_MS, type HourRange } from '../ledger/statistics/hours.js';
import type { ErrorBody } from './api-error.js';
import type { Api, ApiContext } from './context.js';
import { errorSchema } from './schemas.js';
import { type RangeWish, rangeOf } from './statistics-range.js';
import * as schemas from './statistics-schemas.js';
import { isoTime, type Wire } from './wire.js';

const errors = { 400: errorSchema, 401: errorSchema, 503: errorSchema };
const DEFAULT_MATTERS = 20;
/** Periods of one answer, times members where each is for itself. */
const MOST_ROWS = 2000;
const PERIOD_HOURS: Readonly<Record<Period, number>> = { hour: 1, day: 24, week: 168, month: 720 };

/** Sums of what the ledger keeps: kept up as records come, so that years are added up at once. */
export function statisticsRoutes(api: Api, context: ApiContext): void {
  const asker = new Asker(context);
  figuresRoute(api, context, asker);
  transfersRoutes(api, context, asker);
  causesRoute(api, context, asker);
  goalsRoute(api, context, asker);
  compareRoute(api, context, asker);
  surgesRoute(api, context);
}

/** How an answer tells which time it is of. */
interface Told {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly timezone: string;
}

/** Knows the city's calendar, and what ranges queries mean. */
class Asker {
  readonly #now: () => number;
  #calendar: CityCalendar | null = null;

  constructor(private readonly context: Pick<ApiContext, 'dialPlan' | 'now'>) {
    this.#now = context.now ?? Date.now;
  }

  /** Of the time zone of the dial plan in force. */
  get calendar(): CityCalendar {
    const { timezone } = this.context.dialPlan().policies;
    if (this.#calendar?.timezone !== timezone) this.#calendar = new CityCalendar(timezone);
    return this.#calendar;
  }

  get now(): number {
    return this.#now();
  }

  /** Answer for the range that a query means, or refuse it. */
  async inRange<A>(
    query: RangeWish,
    reply: Refusing,
    answer: (range: HourRange, told: Told) => Promise<A>,
  ): Promise<A | ErrorBody> {
    const result = rangeOf(query, this.calendar, this.now);
    if (!result.ok) return refuse(reply, result.field, result.message);
    return answer(result.range, { ...span(result.range), timezone: this.calendar.timezone });
  }
}

interface Refusing {
  code(status: 400): unknown;
}

function refuse(reply: Refusing, field: string, message: string): ErrorBody {
  void reply.code(400);
  return { error: { code: 'bad-request', message: `query parameter "${field}": ${message}`, field } };
}

function span({ from, to }: HourRange): { startsAt: string; endsAt: string } {
  return { startsAt: isoTime(from * HOUR_MS), endsAt: isoTime(to * HOUR_MS) };
}

/** The hours of something as times. */
function spanned<T extends HourRange>(of: T): Omit<T, 'from' | 'to'> & ReturnType<typeof span> {
  const { from, to, ...rest } = of;
  return { ...span({ from, to }), ...rest };
}

/** As it is: an answer of the statistics holds no times in milliseconds since 1970. */
function plain<T>(answer: T): Wire<T> {
  return answer as Wire<T>;
}

function described(summary: string, description: string) {
  return { tags: ['statistics'], summary, description };
}

function figuresRoute(api: Api, { sight, dialPlan }: ApiContext, asker: Asker): void {
  api.get(
    '/v1/statistics',
    {
      schema: {
        ...described(
          'Calls, transfers and times of members',
          `Of a range in all, and by hours, days, weeks or months of the city, at most ${MOST_ROWS} of them in one answer. Where the city is not a whole number of hours from UTC, a day begins with the hour of its midnight.`,
        ),
        querystring: schemas.figuresQuery,
        response: { 200: schemas.figuresAnswer, ...errors },
      },
    },
    (request, reply) =>
      asker.inRange(request.query, reply, async (range, told) => {
        const { member, by, per } = request.query;
        const perMember = per === 'member';
        const rows = by === undefined ? 0 : (range.to - range.from) / PERIOD_HOURS[by];
        if (rows * (perMember && member === undefined ? dialPlan().members.size : 1) > MOST_ROWS)
          return refuse(reply, 'by', 'these are too many; ask for a shorter time or longer periods');
        const { timezone } = told;
        const query = { ...range, member, by, timezone, perMember };
        const { periods, ...answer } = await sight(request).ledger.statistics('figures', query);
        return { ...told, ...plain(answer), periods: plain(periods).map(spanned) };
      }),
  );
}

function transfersRoutes(api: Api, { sight }: ApiContext, asker: Asker): void {
  api.get(
    '/v1/statistics/matrix',
    {
      schema: {
        ...described(
          'Who transfers to whom',
          'Transfers by outcome for each pair of members, in the hour in which they were asked for. With `member`, those from it and to it.',
        ),
        querystring: schemas.rangeQuery,
        response: { 200: schemas.matrixAnswer, ...errors },
      },
    },
    (request, reply) =>
      asker.inRange(request.query, reply, async (range, told) => {
        const { member } = request.query;
        return { ...told, ...plain(await sight(request).ledger.statistics('matrix', { ...range, member })) };
      }),
  );

  api.get(
    '/v1/statistics/matters',
    {
      schema: {
        ...described(
          'What transfers are about',
          'Matters that agents named when they transferred, beside the time before, which was as long. With `member`, those that its agents named.',
        ),
        querystring: schemas.mattersQuery,
        response: { 200: schemas.mattersAnswer, ...errors },
      },
    },
    (request, reply) =>
      asker.inRange(request.query, reply, async (range, told) => {
        const { member, limit = DEFAULT_MATTERS } = request.query;
        return {
          ...told,
          ...plain(await sight(request).ledger.statistics('matters', { ...range, member, limit })),
        };
      }),
  );
}

function causesRoute(api: Api, { sight }: ApiContext, asker: Asker): void {
  api.get(
    '/v1/statistics/causes',
    {
      schema: {
        ...described(
          'Why calls, legs and transfers ended other than they should',
          'Of legs, those to desks. With `member`, calls to it, legs to its desks, and transfers that its agents asked for.',
        ),
        querystring: schemas.rangeQuery,
        response: { 200: schemas.causesAnswer, ...errors },
      },
    },
    (request, reply) =>
      asker.inRange(request.query, reply, async (range, told) => {
        const { member } = request.query;
        return { ...told, ...plain(await sight(request).ledger.statistics('causes', { ...range, member })) };
      }),
  );
}

function goalsRoute(api: Api, { sight }: ApiContext, asker: Asker): void {
  api.get(
    '/v1/statistics/goals',
    {
      schema: {
        ...described(
          'How the goals are kept',
          'Of public hotlines (GB/T 33358): 95 % of the calls of any 24 hours answered, and answered within 15 s. Spans of 24 hours end with each hour of the range; the first ones begin before it.',
        ),
        querystring: schemas.rangeQuery,
        response: { 200: schemas.goalsAnswer, ...errors },
      },
    },
    (request, reply) =>
      asker.inRange(request.query, reply, async (range, told) => {
        const { member } = request.query;
        const { all, members, missing } = await sight(request).ledger.statistics('goals', {
          ...range,
          member,
        });
        const goals = <T extends typeof all>(of: T) => ({
          ...of,
          worstDay: of.worstDay === null ? null : spanned(of.worstDay),
        });
        return {
          ...told,
          missing: [...missing],
          answeredGoal: ANSWERED_GOAL,
          answerGoalMs: ANSWER_GOAL_MS,
          all: goals(all),
          members: members.map(goals),
        };
      }),
  );
}

function compareRoute(api: Api, { sight }: ApiContext, asker: Asker): void {
  api.get(
    '/v1/statistics/compare',
    {
      schema: {
        ...described('A month beside another', 'The same figures of two months, in all and of each member.'),
        querystring: schemas.compareQuery,
        response: { 200: schemas.compareAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { calendar } = asker;
      const month = request.query.month ?? calendar.monthOf(asker.now);
      const now = calendar.month(month);
      if (now === undefined) return refuse(reply, 'month', 'there is no such month');
      const other = request.query.with ?? calendar.monthOf((now.from - 1) * HOUR_MS);
      const before = calendar.month(other);
      if (before === undefined) return refuse(reply, 'with', 'there is no such month');
      const { missing, ...answer } = await sight(request).ledger.statistics('compare', { now, before });
      return {
        timezone: calendar.timezone,
        missing: [...missing],
        now: { ...span(now), month },
        before: { ...span(before), month: other },
        ...plain(answer),
      };
    },
  );
}

function surgesRoute(api: Api, { sight }: ApiContext): void {
  api.get(
    '/v1/statistics/surges',
    {
      schema: {
        ...described(
          'Surges that are on',
          'Members to whom more calls come, and matters that more transfers name, than in the same hours of the weeks before. A live event `surge` tells when one begins and ends.',
        ),
        response: { 200: schemas.surgesAnswer, 401: errorSchema },
      },
    },
    async (request) => {
      const { surges } = sight(request);
      return {
        watched: surges !== undefined,
        items: (surges?.() ?? []).map((surge) => ({
          ...surge,
          sinceAt: isoTime(surge.sinceAt),
          expected: Math.round(surge.expected * 10) / 10,
          score: Math.round(surge.score * 10) / 10,
        })),
      };
    },
  );
}
