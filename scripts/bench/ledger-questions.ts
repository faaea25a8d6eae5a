/** What is asked of a ledger of two years: kinds of questions, each with the time that it may take. */
import type { LedgerReader } from '../../src/ledger/ledger-reader.js';
import { CITY_OFFSET_MS, HOUR_MS } from './ledger-years/calendar.js';
import type { Callers } from './ledger-years/callers.js';
import type { Alliance } from './ledger-years/desks.js';
import type { Dice } from './ledger-years/dice.js';

/** What there is to ask about. */
export interface Subject {
  readonly alliance: Alliance;
  readonly callers: Callers;
  /** Span of the records; UTC milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Its months, by the city's calendar. */
  readonly months: readonly { readonly from: number; readonly to: number }[];
  /** Ids of calls that are there. */
  readonly callIds: readonly string[];
}

/** A question, ready to be put. */
export type Put = (reader: LedgerReader) => Promise<unknown>;

/** Kinds that have a goal together. */
export interface Group {
  readonly name: string;
  /** 95 of 100 are to be answered within so many milliseconds. */
  readonly goalMs: number;
}

export const PAGES: Group = { name: 'searches, pages and stories', goalMs: 50 };
const MONTHS: Group = { name: 'statistics of a month', goalMs: 20 };
const YEARS: Group = { name: 'matrix and matters over long times', goalMs: 200 };
const TEXT: Group = { name: 'full text', goalMs: 200 };
export const GROUPS: readonly Group[] = [PAGES, MONTHS, YEARS, TEXT];

/** Questions of one kind. */
export interface Kind {
  readonly name: string;
  readonly group: Group;
  /** How many of a thousand questions are of this kind. */
  readonly share: number;
  draw(subject: Subject, dice: Dice): Put;
}

const DAY_MS = 24 * HOUR_MS;
const TIMEZONE = 'Asia/Shanghai';
const WORDS = [
  '暖气',
  '停水',
  '诈骗',
  '小区',
  '物业',
  '海河名邸',
  '带着孩子',
  '电梯',
  '燃气泄漏',
  '书面答复',
  '工资',
  '医保',
  '津塘路',
  '已安抚',
];
const CAUSES = ['no-answer', 'busy', 'unreachable', 'rejected', 'closed', 'not-permitted'];

export const KINDS: readonly Kind[] = [
  page('calls of a member in a week', 90, (s, d) => ({
    kind: 'calls',
    filter: { member: member(s, d), ...span(s, d, 7) },
  })),
  page('calls of a member, newest', 50, (s, d) => ({ kind: 'calls', filter: { member: member(s, d) } })),
  page('calls of a caller, two years', 110, (s, d) => ({ kind: 'calls', filter: { caller: caller(s, d) } })),
  page('calls of callers by the first digits', 40, (s, d) => ({
    kind: 'calls',
    filter: { caller: `${caller(s, d).slice(0, 8)}*`, ...span(s, d, 62) },
  })),
  page('calls on a day, oldest first', 60, (s, d) => ({
    kind: 'calls',
    filter: { ...span(s, d, 1), order: 'oldest', limit: 200 },
  })),
  page('missed calls of a member', 50, (s, d) => ({
    kind: 'calls',
    filter: { missed: true, member: member(s, d), ...span(s, d, 31) },
  })),
  page('calls by outcome', 30, (s, d) => ({
    kind: 'calls',
    filter: { outcome: d.one(['abandoned', 'refused', 'interrupted', 'missed']), ...span(s, d, 93) },
  })),
  page('what one member may see, newest', 30, (s, d) => ({
    kind: 'calls',
    filter: { scope: [member(s, d)] },
  })),
  page('what some members may see in a week', 30, (s, d) => ({
    kind: 'calls',
    filter: { scope: [member(s, d), member(s, d)], ...span(s, d, 7) },
  })),
  page('missed calls that one member may see', 20, (s, d) => ({
    kind: 'calls',
    filter: { scope: [member(s, d)], missed: true, ...span(s, d, 31) },
  })),
  page('legs of an agent', 60, (s, d) => {
    const desks = d.one(s.alliance.desks);
    return { kind: 'legs', filter: { member: desks.id, agent: d.one(desks.agents), ...span(s, d, 31) } };
  }),
  page('legs of a call', 30, (s, d) => ({ kind: 'legs', filter: { callId: d.one(s.callIds) } })),
  page('legs by outcome', 20, (s, d) => ({
    kind: 'legs',
    filter: { outcome: d.one(['unanswered', 'rejected', 'unreachable']), ...span(s, d, 31) },
  })),
  page('transfers from a member to another', 60, (s, d) => ({
    kind: 'transfers',
    filter: { fromMember: member(s, d), toMember: member(s, d), ...span(s, d, 93) },
  })),
  page('transfers that failed by cause', 40, (s, d) => ({
    kind: 'transfers',
    filter: { cause: d.one(CAUSES), ...span(s, d, 31) },
  })),
  page('transfers by matter', 40, (s, d) => {
    const matters = d.one(s.alliance.desks).matters;
    return {
      kind: 'transfers',
      filter: { matter: matters.length === 0 ? 'water-01' : d.one(matters).code, ...span(s, d, 186) },
    };
  }),
  page('audits by action', 20, (s, d) => ({
    kind: 'audits',
    filter: { action: d.one(['called-back', 'note-written']), ...span(s, d, 7) },
  })),
  {
    name: 'a page from anywhere in a month',
    group: PAGES,
    share: 40,
    draw: (subject, dice) => {
      const { from, to } = span(subject, dice, 31);
      const time = from + dice.below(to - from);
      return (reader) => reader.calls({ from, to, cursor: { time, seq: Number.MAX_SAFE_INTEGER } });
    },
  },
  {
    name: 'one call as a story',
    group: PAGES,
    share: 110,
    draw: ({ callIds }, dice) => {
      const id = dice.one(callIds);
      return (reader) => reader.story(id);
    },
  },
  {
    name: 'statistics of a month',
    group: MONTHS,
    share: 60,
    draw: (subject, dice) => {
      const month = hours(dice.one(subject.months));
      return (reader) => reader.statistics('figures', { ...month, timezone: TIMEZONE });
    },
  },
  {
    name: 'matrix of two years',
    group: YEARS,
    share: 20,
    draw:
      ({ from, to }) =>
      (reader) =>
        reader.statistics('matrix', hours({ from, to })),
  },
  {
    name: 'matters of a quarter beside the one before',
    group: YEARS,
    share: 10,
    draw: (subject, dice) => {
      const range = hours(span(subject, dice, 91));
      return (reader) => reader.statistics('matters', { ...range, limit: 20 });
    },
  },
  {
    name: 'a word in the notes of two years',
    group: TEXT,
    share: 40,
    draw: (_, dice) => {
      const query = dice.one(WORDS);
      return (reader) => reader.notes({ query });
    },
  },
  {
    name: 'two words in the notes of a quarter',
    group: TEXT,
    share: 20,
    draw: (subject, dice) => {
      const query = `${dice.one(WORDS)} ${dice.one(WORDS)}`;
      const range = span(subject, dice, 91);
      return (reader) => reader.notes({ query, ...range });
    },
  },
];

/** So many questions, each kind by its share, in an order of their own. */
export function drawQuestions(
  count: number,
  subject: Subject,
  dice: Dice,
): readonly { readonly kind: Kind; readonly put: Put }[] {
  const shares = KINDS.reduce((sum, { share }) => sum + share, 0);
  const all = KINDS.flatMap((kind) =>
    Array.from({ length: Math.max(1, Math.round((kind.share / shares) * count)) }, () => ({
      kind,
      put: kind.draw(subject, dice),
      order: dice.next(),
    })),
  );
  return all.sort((a, b) => a.order - b.order);
}

type Listing =
  | { readonly kind: 'calls'; readonly filter: Parameters<LedgerReader['calls']>[0] }
  | { readonly kind: 'legs'; readonly filter: Parameters<LedgerReader['legs']>[0] }
  | { readonly kind: 'transfers'; readonly filter: Parameters<LedgerReader['transfers']>[0] }
  | { readonly kind: 'audits'; readonly filter: Parameters<LedgerReader['audits']>[0] };

function page(name: string, share: number, listing: (subject: Subject, dice: Dice) => Listing): Kind {
  const draw = (subject: Subject, dice: Dice): Put => {
    const drawn = listing(subject, dice);
    return (reader): Promise<unknown> => {
      switch (drawn.kind) {
        case 'calls':
          return reader.calls(drawn.filter);
        case 'legs':
          return reader.legs(drawn.filter);
        case 'transfers':
          return reader.transfers(drawn.filter);
        case 'audits':
          return reader.audits(drawn.filter);
      }
    };
  };
  return { name, group: PAGES, share, draw };
}

function member({ alliance }: Subject, dice: Dice): string {
  return dice.one(alliance.desks).id;
}

function caller(subject: Subject, dice: Dice): string {
  return subject.callers.next(dice) ?? caller(subject, dice);
}

/** So many days somewhere within the two years, from a midnight of the city. */
function span(
  { from, to }: Subject,
  dice: Dice,
  days: number,
): { readonly from: number; readonly to: number } {
  const room = Math.max(1, Math.floor((to - from) / DAY_MS) - days);
  const day = Math.floor((from + CITY_OFFSET_MS) / DAY_MS) + dice.below(room);
  const start = day * DAY_MS - CITY_OFFSET_MS;
  return { from: start, to: start + days * DAY_MS };
}

/** The hours of a time, as statistics are asked for. */
export function hours({ from, to }: { readonly from: number; readonly to: number }) {
  return { from: Math.floor(from / HOUR_MS), to: Math.ceil(to / HOUR_MS) };
}
