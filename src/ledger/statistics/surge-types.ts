/** How much a surge is. */
export interface SurgeBounds {
  /** A surge has at least so many times what is usual. */
  readonly times: number;
  /** And lies so many times the usual spread above it. */
  readonly score: number;
  /** And is at least so many calls, or transfers of a matter. */
  readonly minimum: number;
}

/** When a surge begins and ends. */
export interface SurgeSettings extends SurgeBounds {
  /** The last minutes that are looked at, beside the last hour; 1 to 60. */
  readonly windowMinutes: number;
  /** It is over when it has been calm for so long; minutes. */
  readonly calmMinutes: number;
}

/** What there may be too much of: calls to a member, or transfers that name a matter. */
export interface Subject {
  readonly of: 'member' | 'matter';
  readonly name: string;
}

/** A surge that is on. */
export interface ActiveSurge extends Subject {
  /** UTC milliseconds. */
  readonly sinceAt: number;
  /** What came in the last so many minutes, and how much is usual. */
  readonly minutes: number;
  readonly count: number;
  readonly expected: number;
  /** How many times the usual spread that is above what is usual. */
  readonly score: number;
}

export interface SurgeNews {
  readonly state: 'began' | 'ended';
  readonly surge: ActiveSurge;
}
