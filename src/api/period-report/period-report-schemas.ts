import { z } from 'zod';
import { count, text, time } from '../schemas.js';
import * as statistics from '../statistics-schemas.js';
import { REPORT_LENGTHS } from './report-period.js';

export const periodReportQuery = z.strictObject({
  of: z.enum(REPORT_LENGTHS).default('month').meta({ description: 'What it is of' }),
  at: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date such as 2026-03-02')
    .optional()
    .meta({
      description: 'A day of it, in the city’s time zone; default a day of the last one that is over',
      example: '2026-03-02',
    }),
  member: z.string().min(1).max(200).optional().meta({ description: 'Only this member; default all' }),
});

export const workbookQuery = periodReportQuery.extend({
  language: z.enum(['zh', 'en']).default('zh').meta({ description: 'Of headings and words' }),
});

const months = (description: string) => z.array(z.string()).meta({ description, example: ['2026-02'] });
const { all: figures, members, notedBack } = statistics.figuresAnswer.shape;
const { offered, answered } = figures.shape;

export const periodReportAnswer = z
  .object({
    of: z.enum(REPORT_LENGTHS),
    member: text('Only of this member', 'city-12345').nullable(),
    seen: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Only of these members: who asked sees no others. Null: of all' }),
    timezone: text('Time zone of days, weeks and months', 'Asia/Shanghai'),
    startsAt: time('First moment'),
    endsAt: time('First moment after it, also when that has not come'),
    untilAt: time('As far as it has come; `endsAt` when it is over'),
    over: z.boolean().meta({ description: 'Whether it is over' }),
    beforeStartsAt: time('First moment of the period before'),
    beforeEndsAt: time('First moment after what this one is held against: as long as this one has gone on'),
    madeAt: time('When it was made'),
    sinceAt: time('Since when the ledger has records; null when it has none').nullable(),
    missing: months('Months that are not in, because their statistics are being made anew'),
    absent: months('Months of it of which the ledger has nothing'),
    absentBefore: months('Months of the period before of which the ledger has nothing'),
    all: figures,
    before: figures
      .nullable()
      .meta({ description: 'The same of the period before; null when the ledger does not go back so far' }),
    members,
    notedBack,
    courseBy: z.enum(['hour', 'day', 'month']),
    course: z
      .array(
        z.object({
          startsAt: time('First moment'),
          offered,
          answered,
          moved: count('Transfers completed'),
        }),
      )
      .meta({ description: 'How it went, oldest first; what has not come yet is not there' }),
    cells: statistics.matrixAnswer.shape.cells,
    causes: statistics.causesAnswer.shape.items,
    matters: statistics.mattersAnswer.shape.items.meta({
      description: 'The most frequent first; `before`: in the period before',
    }),
    goals: statistics.goalsAnswer.pick({ answeredGoal: true, answerGoalMs: true, all: true, members: true }),
    surges: z.object({
      watched: z.boolean().meta({ description: 'Whether surges are looked for (`surge.enabled`)' }),
      knownFromAt: time('Since when it is known what is usual; null when it is not known').nullable(),
      items: z
        .array(
          z.object({
            of: z.enum(['member', 'matter']),
            name: text('Member, or code of the matter', 'police-110'),
            startsAt: time('First hour'),
            endsAt: time('First moment after the last hour'),
            count: count('Calls to the member, or transfers of the matter'),
            expected: z.number().meta({ description: 'How many were usual' }),
          }),
        )
        .meta({ description: 'Whole hours on end, those the farthest beyond what is usual first' }),
    }),
  })
  .meta({ id: 'PeriodReport' });

export type PeriodReport = z.output<typeof periodReportAnswer>;
