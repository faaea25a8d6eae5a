import type { Dice } from './dice.js';

const MOBILE = [
  '133',
  '135',
  '136',
  '137',
  '138',
  '139',
  '150',
  '151',
  '158',
  '159',
  '176',
  '182',
  '186',
  '188',
];
/** Share of landlines, and of callers whose number did not come. */
const LANDLINES = 0.08;
const WITHHELD = 0.015;
/**
 * How unevenly calls are spread over callers: calls of the caller of rank r are in proportion to r to the power of
 * minus this. With 6 million callers the first one calls some ten times a day, and half of all call twice or less
 * in two years.
 */
const UNEVENNESS = 0.55;
/** Odd and no multiple of 5, so that multiples of it run through all numbers of eight digits. */
const SCATTER = 48_271_313;

/** Who calls: the same few often, most of them now and then. */
export class Callers {
  readonly #reach: number;

  /** @param count how many different callers there are; 1 to 100 million */
  constructor(count: number) {
    this.#reach = count ** (1 - UNEVENNESS) - 1;
  }

  /** The number of a caller as the carrier gives it; null when it gave none. */
  next(dice: Dice): string | null {
    const kind = dice.next();
    if (kind < WITHHELD) return null;
    const rank = Math.floor((dice.next() * this.#reach + 1) ** (1 / (1 - UNEVENNESS)));
    // What kind of line a caller has depends on the caller, not on the call.
    const scattered = (rank * SCATTER) % 100_000_000;
    if (rank % 100 < LANDLINES * 100) return `0222${String(scattered % 10_000_000).padStart(7, '0')}`;
    return `${MOBILE[rank % MOBILE.length]}${String(scattered).padStart(8, '0')}`;
  }
}
