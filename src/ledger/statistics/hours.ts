/** Spans of time in which statistics are kept. */

/** Hours since 1970, UTC: how the statistics count time. */
export type Hour = number;

export const HOUR_MS = 3_600_000;
/** Hours of a block. Days begin at 16:00 UTC in China: three blocks are a day there. */
export const BLOCK_HOURS = 8;

/**
 * Sums are kept thrice, so that neither a day nor years need many rows: by hour, by block of eight hours (from 0:00, 8:00
 * and 16:00 UTC) and for all of the file.
 */
export const SCALES = { hour: 0, block: 1, file: 2 } as const;
export type Scale = keyof typeof SCALES;

/** From one hour to before another. */
export interface HourRange {
  readonly from: Hour;
  readonly to: Hour;
}

/** Hours, or blocks, one after the other. */
export interface Span extends HourRange {
  readonly scale: Scale;
}

/** The hour that a moment lies in; UTC milliseconds. */
export function hourOf(utc: number): Hour {
  return Math.floor(utc / HOUR_MS);
}

/** Where the sums of an hour are kept in each scale. */
export function timeIn(scale: Scale, hour: Hour): number {
  if (scale === 'file') return 0;
  return scale === 'hour' ? hour : blockAt(hour);
}

/** As few spans as make up a range. */
export function spansOf({ from, to }: HourRange): readonly Span[] {
  const firstBlock = blockAt(from + BLOCK_HOURS - 1);
  const lastBlock = blockAt(to);
  if (firstBlock >= lastBlock) return from < to ? [{ scale: 'hour', from, to }] : [];
  const spans: readonly Span[] = [
    { scale: 'hour', from, to: firstBlock },
    { scale: 'block', from: firstBlock, to: lastBlock },
    { scale: 'hour', from: lastBlock, to },
  ];
  return spans.filter((span) => span.from < span.to);
}

/** What two ranges have in common; empty when `from` is not below `to`. */
export function overlap(a: HourRange, b: HourRange): HourRange {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

function blockAt(hour: Hour): Hour {
  return Math.floor(hour / BLOCK_HOURS) * BLOCK_HOURS;
}
