/**
 * Items in random order, those of greater weight earlier: each place is drawn among the items left, in
 * proportion to their weights (as RFC 2782 does for SRV records). Weights are above 0.
 *
 * @param random a number from 0 (included) to 1 (excluded)
 */
export function weightedOrder<T extends { readonly weight: number }>(
  items: readonly T[],
  random: () => number,
): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) {
    let mark = random() * left.reduce((sum, { weight }) => sum + weight, 0);
    let index = 0;
    for (const { weight } of left) {
      mark -= weight;
      // The last one is taken, too, when rounding leaves a rest.
      if (mark < 0 || index === left.length - 1) break;
      index += 1;
    }
    order.push(...left.splice(index, 1));
  }
  return order;
}
