import { Seeded } from '../../../test/sim/world/seeded.js';

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
/** All groups of four hexadecimal digits. */
const HEX_QUADS = Array.from({ length: 65_536 }, (_, i) => i.toString(16).padStart(4, '0'));

/** What can be drawn by weight; see {@link weighted}. */
export interface Weighted<T> {
  readonly items: readonly T[];
  /** Rises from the first item's weight to 1. */
  readonly upTo: Float64Array;
}

/** Things with their weights, of which at least one is more than 0. */
export function weighted<T>(all: Iterable<readonly [T, number]>): Weighted<T> {
  const pairs = [...all].filter(([, weight]) => weight > 0);
  const sum = pairs.reduce((total, [, weight]) => total + weight, 0);
  const upTo = new Float64Array(pairs.length);
  let soFar = 0;
  for (const [i, [, weight]] of pairs.entries()) {
    soFar += weight;
    upTo[i] = soFar / sum;
  }
  return { items: pairs.map(([item]) => item), upTo };
}

/** Everything that is random in the two years comes from one seed. */
export class Dice extends Seeded {
  #spare: number | null = null;

  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** One of them; throws when there is none. */
  one<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  /** One of them, by weight. */
  pick<T>({ items, upTo }: Weighted<T>): T {
    const drawn = this.next();
    let first = 0;
    let last = items.length - 1;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (drawn < (upTo[middle] ?? 1)) last = middle;
      else first = middle + 1;
    }
    const item = items[first];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  /** Of mean 0 and deviation 1 (Box and Muller). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Log-normal: half of them are below `median`; `spread` is the deviation of the logarithm. */
  around(median: number, spread: number): number {
    return median * Math.exp(spread * this.normal());
  }

  /** Exponential. */
  wait(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** How many of many rare things happen when `mean` are expected. */
  poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const least = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > least; product *= this.next()) count += 1;
    return count;
  }

  /** So many times four hexadecimal digits. */
  hex(quads: number): string {
    let text = '';
    for (let i = 0; i < quads; i++) text += HEX_QUADS[this.below(65_536)];
    return text;
  }

  /** Letters and digits. */
  base36(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += DIGITS[this.below(36)];
    return text;
  }
}
