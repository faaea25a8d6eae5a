/** How much of a span of time lies behind; 0 to 1, null when that cannot be told. */
export function shareDone(
  at: number | null,
  span: { readonly from: number; readonly to: number } | undefined,
  newestFirst: boolean,
): number | null {
  if (at === null || span === undefined || span.to <= span.from) return null;
  const share = Math.min(1, Math.max(0, (at - span.from) / (span.to - span.from)));
  return newestFirst ? 1 - share : share;
}

/** The share in words, with the time that the rest will take if it goes on as it did. */
export function timeLeft(share: number | null, elapsedMs: number): string {
  if (share === null) return 'counting';
  const percent = `${Math.floor(share * 100)} %`;
  // So early, nothing can be said yet.
  if (share < 0.01) return percent;
  const left = Math.ceil((elapsedMs * (1 - share)) / share / 1000);
  const minutes = Math.floor(left / 60);
  return `${percent}, about ${minutes > 0 ? `${minutes} min ` : ''}${left % 60} s left`;
}
