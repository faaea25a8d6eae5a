import type { World } from '../../world/world.js';
import type { Story } from '../cast/story.js';
import type { Site } from '../site.js';
import { judgeCallers } from './judge-callers.js';
import { judgeDoubles } from './judge-doubles.js';
import { judgeLedger } from './judge-ledger.js';
import { judgeOrphans } from './judge-orphans.js';
import { judgeTransfers } from './judge-transfers.js';
import type { Observer } from './observer.js';
import type { WireLeg } from './wire-leg.js';

/** A promise that was not kept. */
export interface Violation {
  /** Null: nobody's in particular. */
  readonly story: number | null;
  readonly what: string;
}

/** What somebody in a story finds wrong. */
export interface Complaint {
  readonly story: number;
  readonly what: string;
  readonly at: number;
  /** Leg that it is about; one whose peer we are still asking for something may yet be put right. Null: of none. */
  readonly callId: string | null;
}

/** What happened, in numbers. */
export type Tally = Record<string, number>;

export interface Evidence {
  readonly stories: readonly Story[];
  readonly observer: Observer;
  readonly site: Site;
  readonly world: World;
  readonly complaints: readonly Complaint[];
}

/** Everything of one batch that verdicts look at, put in order. */
export interface Case extends Evidence {
  /** Legs by story, in the order of their INVITEs. */
  readonly legsOf: ReadonlyMap<number, readonly WireLeg[]>;
  readonly violate: (story: number | null, what: string) => void;
  readonly count: (what: string) => void;
}

/** Judges a batch that is over. */
export function judge(evidence: Evidence): { readonly violations: Violation[]; readonly tally: Tally } {
  const violations: Violation[] = [];
  const tally: Tally = {};
  const legsOf = new Map<number, WireLeg[]>();
  for (const leg of evidence.observer.legs.values()) {
    const legs = legsOf.get(leg.story) ?? [];
    legs.push(leg);
    legsOf.set(leg.story, legs);
  }
  const found: Case = {
    ...evidence,
    legsOf,
    violate: (story, what) => violations.push({ story, what }),
    count: (what) => {
      tally[what] = (tally[what] ?? 0) + 1;
    },
  };
  for (const { story, what, at, callId } of evidence.complaints) {
    const leg = evidence.observer.legs.get(callId ?? '');
    if (leg === undefined || !leg.askingAt(at)) found.violate(story, what);
  }
  for (const error of evidence.site.errors) found.violate(null, `the program says: ${error}`);
  for (const stranger of evidence.observer.strangers) found.violate(null, `of no story: ${stranger}`);
  judgeCallers(found);
  judgeOrphans(found);
  judgeLedger(found);
  judgeTransfers(found);
  judgeDoubles(found);
  return { violations, tally };
}
