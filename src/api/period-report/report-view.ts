/**
 * A report in words and tables, ready to be shown: the page and the workbook are made of the same. Has nothing of the
 * server in it, so that it runs in the browser.
 */
import { type Cell, change, count, share, shown } from './cell.js';
import type { PeriodReport } from './period-report-schemas.js';
import { figuresOf } from './report-figures.js';
import type { ReportNames } from './report-names.js';
import { type ReportTable, reportTables, type Telling } from './report-tables.js';
import { ReportTimes } from './report-times.js';
import { REPORT_WORDS, type ReportWords } from './report-words.js';

export interface ReportView {
  readonly language: 'zh' | 'en';
  readonly title: string;
  /** What it is of: `2026年10月`. */
  readonly period: string;
  /** Times and zone, as pairs of name and value. */
  readonly about: readonly (readonly [string, string])[];
  /** What is missing, and what will still change. */
  readonly warnings: readonly string[];
  readonly summary: string;
  /** Whether the goals were met, in words. */
  readonly goals: readonly string[];
  readonly tables: readonly ReportTable[];
  readonly method: readonly string[];
}

export function viewReport(report: PeriodReport, names: ReportNames, language: 'zh' | 'en'): ReportView {
  const words = REPORT_WORDS[language];
  const times = new ReportTimes(report.timezone);
  const { of, startsAt, endsAt, beforeStartsAt, beforeEndsAt, madeAt, timezone, member } = report;
  const kind = words.lengths[of];
  const title = titleOf(member === null ? report.seen : [member], { names, words, language });
  const span = (from: string, to: string): string => {
    const [first, last] = [times.day(from), times.lastDay(to)];
    return first === last ? first : `${first} ${words.to} ${last}`;
  };
  return {
    language,
    title: `${title}${language === 'zh' ? '' : ', '}${language === 'zh' ? `（${kind}）` : kind.toLowerCase()}`,
    period: times.period(of, startsAt, endsAt, language),
    about: [
      [words.period, span(startsAt, endsAt)],
      [
        words.comparedWith,
        `${span(beforeStartsAt, beforeEndsAt)}${language === 'zh' ? `（${words.periodBefore[of]}）` : ''}`,
      ],
      [words.madeAt, times.minute(madeAt)],
      [words.zone, timezone],
    ],
    warnings: warningsOf(report, words, times),
    summary: summaryOf(report, words, language),
    goals: goalsOf(report, { words, times, language }),
    tables: reportTables({ report, names, words, times, language }),
    method: words.method,
  };
}

/** Members that are called by their names in a title; more are counted. */
const MOST_NAMED = 3;

/** @param of members that it is of; null: all */
function titleOf(
  of: readonly string[] | null,
  { names, words, language }: Pick<Telling, 'names' | 'words' | 'language'>,
): string {
  if (of === null) return words.title;
  const who =
    of.length > MOST_NAMED
      ? words.someMembers(of.length)
      : of.map((id) => names.member(id)).join(words.comma);
  return `${who}${language === 'zh' ? '' : ':'} ${words.memberTitle}`;
}

function warningsOf(report: PeriodReport, words: ReportWords, times: ReportTimes): readonly string[] {
  const { over, madeAt, missing, absent, absentBefore, sinceAt, startsAt, beforeStartsAt, before } = report;
  const list = (months: readonly string[]): string => months.join(words.comma);
  const later = sinceAt !== null && Date.parse(sinceAt) > Date.parse(startsAt) && absent.length === 0;
  const laterBefore =
    before !== null && sinceAt !== null && Date.parse(sinceAt) > Date.parse(beforeStartsAt) && !later;
  return [
    ...(over ? [] : [words.notOver(times.minute(madeAt))]),
    ...(missing.length === 0 ? [] : [words.missing(list(missing))]),
    ...(absent.length === 0 ? [] : [words.absent(list(absent))]),
    ...(later || (laterBefore && absentBefore.length === 0)
      ? [words.beginsLater(times.minute(sinceAt))]
      : []),
    ...(before === null ? [words.noBefore] : []),
    ...(before === null || absentBefore.length === 0 ? [] : [words.absentBefore(list(absentBefore))]),
  ];
}

function summaryOf(report: PeriodReport, words: ReportWords, language: 'zh' | 'en'): string {
  const told = (cell: Cell): string => shown(cell, language);
  if (report.all.offered === 0) return words.goals.nothing;
  const is = figuresOf(report.all);
  const was = report.before === null ? null : figuresOf(report.before);
  const than = was === null ? null : change(is.offered, was.offered);
  const points = was === null ? null : change(is.answeredShare, was.answeredShare);
  return words.summary({
    offered: told(is.offered),
    offeredChange: than === null || than.value === null ? '' : words.than(told(than)),
    answered: told(is.answered),
    answeredShare: told(is.answeredShare),
    shareChange: points === null || points.value === null ? '' : words.than(told(points)),
    inTimeShare: told(is.inTimeShare),
    asked: told(is.asked),
    moved: told(is.moved),
    movedShare: told(is.movedShare),
    averageSwitch: told(is.averageSwitch),
    missed: told(is.missed),
    calledBack: told(is.calledBack),
    notedBack: told(count(report.notedBack)),
  });
}

/** Whether the goals were met, in sentences. */
function goalsOf(
  { goals }: PeriodReport,
  { words, times, language }: Pick<Telling, 'words' | 'times' | 'language'>,
): readonly string[] {
  const told = (cell: Cell): string => shown(cell, language);
  const { all, answeredGoal } = goals;
  const { worstDay, spans, spansBelow, inTimeShare } = all;
  if (worstDay === null) return [words.goals.nothing];
  const lowest = told(share(worstDay.answeredShare));
  const when = `${times.minute(worstDay.startsAt)} ${words.to} ${times.minute(worstDay.endsAt)}`;
  const answered =
    spansBelow === 0
      ? words.goals.answeredMet(lowest)
      : words.goals.answeredNotMet(told(count(spansBelow)), told(count(spans)), lowest, when);
  if (inTimeShare === null) return [answered];
  const within = told(share(inTimeShare));
  return [
    answered,
    inTimeShare >= answeredGoal ? words.goals.inTimeMet(within) : words.goals.inTimeNotMet(within),
  ];
}
