/** What the statistics page asks of the server, for a month and a member. */
import { isMonth, monthAfter, type Span } from './city-time.js';
import { get } from './server/ops-client.js';
import type {
  Causes,
  Comparison,
  Goals,
  Matrix,
  Matters,
  Page,
  Statistics,
  Transfer,
} from './server/shapes.js';
import { type SwitchTimes, slowestTransfers } from './slowest-transfers.js';

/** What the page is looking at. */
export interface StatisticsWish {
  readonly month: string;
  /** The month beside it. */
  readonly beside: string;
  /** Id; empty for the alliance as a whole. */
  readonly member: string;
  readonly by: Span;
}

/** Months that can be chosen, this one with them. */
const MONTHS = 36;
const WEEKS = 26;
const MATTERS = '15';
/** Longest switches that are shown. */
const SLOWEST = 15;
const DAY_MS = 86_400_000;

/** The wish that an address means; what it leaves out is said by `otherwise`. */
export function wishOf(
  query: Readonly<Record<string, string>>,
  otherwise: Pick<StatisticsWish, 'month'>,
): StatisticsWish {
  const month = isMonth(query.month) ? query.month : otherwise.month;
  const by = query.by === 'hour' || query.by === 'week' || query.by === 'month' ? query.by : 'day';
  return {
    month,
    beside: isMonth(query.with) ? query.with : monthAfter(month, -1),
    member: query.member ?? '',
    by,
  };
}

/** Calls month by month, up to this one, and which months they are. */
export async function askMonths(member: string, thisMonth: string): Promise<Statistics> {
  const from = `${monthAfter(thisMonth, 1 - MONTHS)}-01`;
  return get<Statistics>('/v1/statistics', { from, by: 'month', member });
}

/** The months that the statistics know of, newest first: from the first with any calls to this one. */
export function knownMonths(months: Statistics): readonly string[] {
  const { periods } = months;
  const first = periods.findIndex(({ offered }) => offered > 0);
  return periods
    .slice(first < 0 ? -1 : first)
    .map((_, index, rest) => monthAfter(lastMonth(months), index - rest.length + 1))
    .reverse();
}

/** The newest month in which calls came; this one when none did. */
export function busyMonth(months: Statistics): string {
  const { periods } = months;
  const last = periods.findLastIndex(({ offered }) => offered > 0);
  return monthAfter(lastMonth(months), last < 0 ? 0 : last - periods.length + 1);
}

/** The month in which the answer ends, in the city: its last moment is within it. */
function lastMonth({ endsAt, timezone }: Statistics): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit' });
  return parts.format(new Date(Date.parse(endsAt) - 1)).slice(0, 7);
}

/** The curve of calls: of the month by hours or days, of half a year by weeks. */
export function askCurve({ month, member, by }: StatisticsWish): Promise<Statistics> {
  if (by !== 'week') return get<Statistics>('/v1/statistics', { month, member, by });
  const to = `${monthAfter(month, 1)}-01`;
  const end = Date.parse(to);
  // Weeks begin on Monday.
  const monday = end - ((new Date(end).getUTCDay() + 6) % 7) * DAY_MS;
  const from = new Date(monday - WEEKS * 7 * DAY_MS).toISOString().slice(0, 10);
  return get<Statistics>('/v1/statistics', { from, to, member, by });
}

/** Calls of each day of a month; null for days to come. */
export async function askDays(month: string, member: string): Promise<readonly (number | null)[]> {
  const { periods } = await get<Statistics>('/v1/statistics', { month, member, by: 'day' });
  const now = Date.now();
  return periods.map(({ startsAt, offered }) => (Date.parse(startsAt) > now ? null : offered));
}

export const askComparison = ({ month, beside }: StatisticsWish): Promise<Comparison> =>
  get<Comparison>('/v1/statistics/compare', { month, with: beside });
export const askMatrix = ({ month, member }: StatisticsWish): Promise<Matrix> =>
  get<Matrix>('/v1/statistics/matrix', { month, member });
export const askCauses = ({ month, member }: StatisticsWish): Promise<Causes> =>
  get<Causes>('/v1/statistics/causes', { month, member });
export const askGoals = ({ month, member }: StatisticsWish): Promise<Goals> =>
  get<Goals>('/v1/statistics/goals', { month, member });
export const askMatters = ({ month, member }: StatisticsWish): Promise<Matters> =>
  get<Matters>('/v1/statistics/matters', { month, member, limit: MATTERS });

/** The completed transfers of a time that took longest, of the member that asked for them. */
export function askSlowest(
  { startsAt, endsAt }: Pick<Statistics, 'startsAt' | 'endsAt'>,
  member: string,
  times: SwitchTimes,
): Promise<{ readonly items: readonly Transfer[]; readonly whole: boolean }> {
  return slowestTransfers(times, SLOWEST, (minSwitch, cursor) =>
    get<Page<Transfer>>('/v1/transfers', {
      from: startsAt,
      to: endsAt,
      fromMember: member,
      outcome: 'completed',
      minSwitch: minSwitch.toFixed(3),
      limit: '500',
      cursor,
    }),
  );
}
