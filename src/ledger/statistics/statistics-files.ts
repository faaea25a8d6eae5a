import type { Ranges } from '../meta.js';
import { readRanges } from '../meta.js';
import type { MonthFile, MonthFiles } from '../month-files.js';
import { type HourRange, hourOf } from './hours.js';
import { STATISTICS } from './statistics-table.js';
import type { StatisticsFile, SumRow } from './sum-cube.js';

/**
 * The statistics of the months whose records may be of these hours, oldest first. Throws SQLite's errors.
 *
 * @param reach null: of all months
 */
export function statisticsFiles(months: MonthFiles, reach: HourRange | null): readonly StatisticsFile[] {
  const wanted = (ranges: Ranges): boolean => {
    const hours = hoursOf(ranges);
    return hours !== null && (reach === null || (hours.from < reach.to && hours.to > reach.from));
  };
  return [...months.each('oldest', wanted)].map((file) => statisticsFile(file, months));
}

function statisticsFile(opened: MonthFile, months: MonthFiles): StatisticsFile {
  const { month } = opened;
  const hours = hoursOf(readRanges(opened.db));
  const current = opened.derived(STATISTICS.name) === STATISTICS.version;
  let file = opened;
  const again = (): MonthFile => {
    // Of very many files, those used longest ago are closed again.
    if (!file.db.open) file = months.get(month) ?? file;
    return file;
  };
  return {
    month,
    hours,
    current,
    prepare: (sql) => again().prepare<(string | number)[], SumRow>(sql),
    atOnce(read) {
      const { db } = again();
      db.transaction(() => read(hoursOf(readRanges(db))))();
    },
  };
}

/** The hours that records of these times count in; null when there are none. */
function hoursOf(ranges: Ranges): HourRange | null {
  const times = [ranges.call, ranges.leg, ranges.transfer, ranges.audit].flatMap((range) =>
    range === undefined ? [] : [range],
  );
  if (times.length === 0) return null;
  return {
    from: hourOf(Math.min(...times.map(({ from }) => from))),
    to: hourOf(Math.max(...times.map(({ to }) => to))) + 1,
  };
}
