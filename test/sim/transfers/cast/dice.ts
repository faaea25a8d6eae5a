import { Seeded } from '../../world/seeded.js';

/** What the people of one story do, from its seed alone. */
export class Dice extends Seeded {
  /** One of several, by weight. */
  pick<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    const last = choices.at(-1);
    if (last === undefined) throw new RangeError('nothing to choose from');
    return last[1];
  }
}
