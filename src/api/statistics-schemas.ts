import { z } from 'zod';
import { PERIODS } from '../ledger/statistics/city-calendar.js';
import { PASSED_ON } from '../ledger/statistics/cubes.js';
import { parseTime } from './parse-time.js';
import { count, milliseconds, text, time } from './schemas.js';

/** A time of a query: a moment, or the first one of a day in the city. */
export type Moment = { readonly utc: number } | { readonly day: string };

const MOMENT_HINT =
  'expected an ISO 8601 time such as 2026-03-02T08:00:00Z, or a date such as 2026-03-02 (of the city)';

function moment(description: string) {
  return z
    .string()
    .transform((given, context): Moment => {
      const utc = parseTime(given);
      if (utc === undefined) {
        context.addIssue({ code: 'custom', message: MOMENT_HINT });
        return z.NEVER;
      }
      return given.length === 10 ? { day: given } : { utc };
    })
    .meta({
      description: `${description}; a time, or a date of the city's time zone. Statistics go by whole hours`,
      example: '2026-03-02',
    });
}

const month = (description: string) =>
  z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'expected a month such as 2026-03')
    .optional()
    .meta({ description, example: '2026-03' });
const member = z.string().min(1).max(200).optional().meta({ description: 'Only this member' });

const range = {
  from: moment('At or after; default the first of this month').optional(),
  to: moment('Before; default now').optional(),
  month: month('All of a month, instead of `from` and `to`'),
};

export const rangeQuery = z.strictObject({ ...range, member });
export const figuresQuery = z.strictObject({
  ...range,
  member,
  by: z.enum(PERIODS).optional().meta({ description: 'Also by these; weeks begin on Monday' }),
  per: z
    .enum(['member'])
    .optional()
    .meta({ description: 'With `by`: each member for itself, not all together' }),
});
export const mattersQuery = z.strictObject({
  ...range,
  member,
  limit: z
    .string()
    .regex(/^([1-9]\d{0,2}|1000)$/, 'expected a whole number from 1 to 1000')
    .transform(Number)
    .optional()
    .meta({ description: 'How many matters, default 20', type: 'integer', minimum: 1, maximum: 1000 }),
});
export const compareQuery = z.strictObject({
  month: month('Default this month, as far as it has come'),
  with: month('Default the month before'),
});

/** The time that an answer is of. */
const span = {
  startsAt: time('First moment'),
  endsAt: time('First moment after it'),
};
const common = {
  ...span,
  timezone: text('Time zone of days, weeks and months', 'Asia/Shanghai'),
  missing: z.array(z.string()).meta({
    description:
      'Months that are not in, because their statistics are being made anew (`onekey ledger rebuild`)',
  }),
};
const share = (description: string) =>
  z
    .number()
    .nullable()
    .meta({ description: `${description}; 0 to 1, null of nothing` });
const percentiles = (description: string) =>
  z
    .object({
      p50: milliseconds('Half are not above'),
      p95: milliseconds('95 % are not above'),
      p99: milliseconds('99 % are not above'),
    })
    .nullable()
    .meta({ description: `${description}; from a histogram, null of nothing` });
const byOutcome = Object.fromEntries(
  PASSED_ON.map((outcome) => [
    outcome,
    count(outcome === 'alerted' ? 'Alerts that were told; nobody is moved' : `Transfers ${outcome}`),
  ]),
) as Record<(typeof PASSED_ON)[number], z.ZodNumber>;
const transfers = (description: string) => z.object(byOutcome).meta({ description });

const figures = {
  offered: count('Calls to the member; sum of the next, of abandoned, unanswered, refused and interrupted'),
  answered: count('Calls that somebody answered'),
  answeredInTime: count('Answered within 15 s (GB/T 33358)'),
  abandoned: count('Given up by the caller'),
  unanswered: count('Nobody answered'),
  refused: count('Not taken: closed, full, draining'),
  interrupted: count('Cut off by a crash before an answer'),
  missed: count('Callers whom somebody owed a call back'),
  calledBack: count('Calls back by the member’s agents'),
  reachedBack: count('Calls back that the citizen answered'),
  answeredShare: share('Answered of offered'),
  inTimeShare: share('Answered within 15 s, of the answered calls whose wait was measured'),
  waitMs: milliseconds('Wait of the answered calls, in all'),
  averageWaitMs: milliseconds('Wait of an answered call').nullable(),
  wait: percentiles('Wait of the answered calls'),
  lostWaitMs: milliseconds('Wait of the others, in all'),
  averageLostWaitMs: milliseconds('Wait of one that was not answered').nullable(),
  held: count('Answered calls whose caller was with nobody for a while'),
  heldMs: milliseconds('How long, in all'),
  moved: z
    .array(z.number().int())
    .length(4)
    .meta({
      description: 'Answered calls by moves to another member: none, one, two, more',
      example: [95, 4, 1, 0],
    }),
  rang: count('Legs to the member’s desks'),
  taken: count('Of these, answered'),
  talkMs: milliseconds('Talk of the member’s agents, in all'),
  averageTalkMs: milliseconds('Talk of an answered leg').nullable(),
  transfersOut: transfers('That the member’s agents asked for'),
  transfersIn: transfers('To the member'),
  switchMs: milliseconds('From request to switch, of the member’s completed transfers, in all'),
  averageSwitchMs: milliseconds('From request to switch, of a completed transfer').nullable(),
};
const full = { ...figures, switch: percentiles('From request to switch') };
const named = { member: text('Member', 'city-12345') };

const figuresSchema = z.object(full).meta({
  id: 'Figures',
  description:
    'Calls count for the member first called, in the hour in which they began; legs for the member of the desk; transfers for the member that asked (`Out`, `switch`) and the member asked for (`In`).',
});

export const figuresAnswer = z
  .object({
    ...common,
    all: figuresSchema,
    members: z.array(z.object({ ...named, ...full })),
    periods: z
      .array(z.object({ ...span, member: named.member.nullable(), ...figures }))
      .meta({ description: 'With `by`, oldest first; `member` null: all together' }),
    notedBack: count('Notes of callers who were called back, whatever the member'),
  })
  .meta({ id: 'Statistics' });

export const matrixAnswer = z
  .object({
    ...common,
    cells: z
      .array(
        z.object({
          fromMember: text('Member that transferred; null: the caller was with nobody').nullable(),
          toMember: text('Member asked for; null: what was asked for is none').nullable(),
          asked: count('All transfers'),
          ...byOutcome,
          averageSwitchMs: milliseconds('From request to switch').nullable(),
        }),
      )
      .meta({ description: 'Pairs that occurred, the most frequent first' }),
  })
  .meta({ id: 'TransferMatrix' });

export const mattersAnswer = z
  .object({
    ...common,
    items: z
      .array(
        z.object({
          matter: text('Code of the matter', 'water-07'),
          asked: count('Transfers that named it'),
          completed: count('Completed ones'),
          before: count('Transfers that named it in the time before, which was as long'),
        }),
      )
      .meta({ description: 'The most frequent first' }),
    asked: count('Transfers that named a matter'),
    before: count('The same in the time before'),
  })
  .meta({ id: 'MatterStatistics' });

export const causesAnswer = z
  .object({
    ...common,
    items: z
      .array(
        z.object({
          kind: z.enum(['call', 'leg', 'transfer']),
          outcome: text('Outcome of the call, leg or transfer', 'failed'),
          cause: text('Cause of the call or transfer; SIP status of the leg, `none` without one', 'busy'),
          times: count('How often'),
        }),
      )
      .meta({ description: 'The most frequent first' }),
  })
  .meta({ id: 'Causes' });

const goal = {
  offered: figures.offered,
  answered: figures.answered,
  answeredShare: figures.answeredShare,
  inTimeShare: figures.inTimeShare,
  worstDay: z
    .object({ ...span, offered: figures.offered, answered: figures.answered, answeredShare: z.number() })
    .nullable()
    .meta({ description: 'The 24 hours with the smallest share of answered calls; null when no call came' }),
  spans: count('Spans of 24 hours with calls, one ending with each hour'),
  spansBelow: count('Of these, spans in which fewer than 95 % were answered'),
};
export const goalsAnswer = z
  .object({
    ...common,
    answeredGoal: z.number().meta({ description: 'Share of the calls of any 24 hours', example: 0.95 }),
    answerGoalMs: milliseconds('Within which a call shall be answered'),
    all: z.object(goal),
    members: z.array(z.object({ ...named, ...goal })),
  })
  .meta({ id: 'Goals' });

export const compareAnswer = z
  .object({
    timezone: common.timezone,
    missing: common.missing,
    now: z.object({ ...span, month: text('Month', '2026-03') }),
    before: z.object({ ...span, month: text('Month', '2026-02') }),
    all: z.object({ now: figuresSchema, before: figuresSchema }),
    members: z.array(z.object({ ...named, now: figuresSchema, before: figuresSchema })),
  })
  .meta({ id: 'MonthComparison' });

export const surgesAnswer = z
  .object({
    watched: z.boolean().meta({ description: 'Whether anybody looks for surges (`surge.enabled`)' }),
    items: z.array(
      z.object({
        of: z.enum(['member', 'matter']),
        name: text('Member, or code of the matter', 'police-110'),
        sinceAt: time('When it was seen first'),
        minutes: count('Window that shows it; minutes'),
        count: count('Calls to the member, or transfers of the matter, within the window'),
        expected: z.number().meta({ description: 'How many are usual' }),
        score: z.number().meta({ description: 'How many times the usual spread lies between the two' }),
      }),
    ),
  })
  .meta({ id: 'Surges' });
