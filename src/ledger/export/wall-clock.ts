/** Clocks of all zones that are in use change at quarters of an hour. */
const QUARTER = 15 * 60_000;
/** Quarters that are remembered; rows come in the order of time, so few are asked for again. */
const REMEMBERED = 4096;

/**
 * What clocks in a zone show at a UTC time, as if it were UTC milliseconds. A million rows have millions of times,
 * and the platform's own formatter takes microseconds for each: the offset of a quarter of an hour is looked up once.
 *
 * @param zone IANA name, such as `Asia/Shanghai`; throws a RangeError when there is no such zone
 */
export function wallClock(zone: string): (utc: number) => number {
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const offsets = new Map<number, number>();
  const offsetAt = (quarter: number): number => {
    const utc = quarter * QUARTER;
    const shown: Record<string, number> = {};
    for (const { type, value } of formatter.formatToParts(utc)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = shown;
    return Date.UTC(year, month - 1, day, hour, minute) - utc;
  };
  return (utc) => {
    const quarter = Math.floor(utc / QUARTER);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      if (offsets.size >= REMEMBERED) offsets.clear();
      offset = isDate(utc) ? offsetAt(quarter) : 0;
      offsets.set(quarter, offset);
    }
    return utc + offset;
  };
}

/** False for numbers that no calendar has. A ledger that somebody has changed may hold any. */
export function isDate(utc: number): boolean {
  return !Number.isNaN(new Date(utc).getTime());
}
