import { answerGoals, DAY_HOURS } from './goals.js';
import type { Hour, HourRange } from './hours.js';
import { answerCompare, answerFigures } from './member-figures.js';
import { answerCauses, answerMatrix, answerMatters } from './passed-on.js';
import { answerPastSurges } from './past-surges.js';
import type {
  Arrivals,
  ArrivalsAnswer,
  ArrivalsQuery,
  ExtentAnswer,
  StatisticsAnswers,
  StatisticsName,
  StatisticsQuestion,
} from './questions.js';
import { type StatisticsFile, sumCube } from './sum-cube.js';
import { USUAL_HOURS } from './usual.js';

/** Answer a question from the statistics of the files of all months. Throws SQLite's errors. */
export function answerStatistics(
  files: readonly StatisticsFile[],
  question: StatisticsQuestion,
): StatisticsAnswers[StatisticsName] {
  const missing = files.filter(({ current }) => !current).map(({ month }) => month);
  switch (question.what) {
    case 'figures':
      return { ...answerFigures(files, question.query), missing };
    case 'matrix':
      return { ...answerMatrix(files, question.query), missing };
    case 'matters':
      return { ...answerMatters(files, question.query), missing };
    case 'causes':
      return { ...answerCauses(files, question.query), missing };
    case 'goals':
      return { ...answerGoals(files, question.query), missing };
    case 'compare':
      return { ...answerCompare(files, question.query), missing };
    case 'arrivals':
      return { ...answerArrivals(files, question.query), missing };
    case 'surges':
      return { ...answerPastSurges(files, question.query), missing };
    case 'extent':
      return { since: sinceOf(files), files: files.flatMap(extentOf), missing };
  }
}

/** The hours that an answer may need; null: all that there are. */
export function reachOf(question: StatisticsQuestion): HourRange | null {
  switch (question.what) {
    case 'figures':
    case 'matrix':
    case 'causes':
      return question.query;
    case 'matters':
      return { from: 2 * question.query.from - question.query.to, to: question.query.to };
    case 'goals':
      return { from: question.query.from - DAY_HOURS, to: question.query.to };
    case 'compare': {
      const { now, before } = question.query;
      return { from: Math.min(now.from, before.from), to: Math.max(now.to, before.to) };
    }
    case 'surges':
      return { from: question.query.from - USUAL_HOURS, to: question.query.to };
    case 'arrivals':
    case 'extent':
      return null;
  }
}

/** How many calls each member was offered in these times, and how many transfers named each matter. */
function answerArrivals(
  files: readonly StatisticsFile[],
  { times }: ArrivalsQuery,
): Omit<ArrivalsAnswer, 'missing'> {
  return {
    since: sinceOf(files),
    items: times.flatMap((time) => [...arrivals(files, time, 'member'), ...arrivals(files, time, 'matter')]),
  };
}

/** Oldest hour of which the statistics can be read. */
function sinceOf(files: readonly StatisticsFile[]): Hour | null {
  const known = files.flatMap((file) => (file.hours === null || !file.current ? [] : [file.hours.from]));
  return known.length === 0 ? null : Math.min(...known);
}

function extentOf({ month, hours }: StatisticsFile): ExtentAnswer['files'] {
  return hours === null ? [] : [{ month, hours }];
}

function arrivals(
  files: readonly StatisticsFile[],
  { from, to }: HourRange,
  of: Arrivals['of'],
): readonly Arrivals[] {
  const [cube, sum] = of === 'member' ? (['members', 'offered'] as const) : (['matters', 'asked'] as const);
  return sumCube(files, { from, to }, { cube, by: [of], sums: [sum] }).flatMap((row) => {
    const count = Number(row[sum]);
    return count === 0 ? [] : [{ from, to, of, name: String(row[of]), count }];
  });
}
