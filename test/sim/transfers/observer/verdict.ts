import type { World } from '../../world/world.js';
import type { Story } from '../cast/story.js';
import type { Site } from '../site.js';
import { judgeCallBacks } from './judge-call-backs.js';
import { judgeCallers } from './judge-callers.js';
import { judgeDoubles } from './judge-doubles.js';
import { judgeLedger } from './judge-ledger.js';
import { judgeMonitors } from './judge-monitors.js';
import { judgeOrphans } from './judge-orphans.js';
import { judgeTransfers } from './judge-transfers.js';
import type { Observer } from './observer.js';
import type { WireLeg } from './wire-leg.js';

/** What a violation is about. `complaint`: a phone's, or the program's own. */
export type Promised =
  | 'complaint'
  | 'caller'
  | 'orphan'
  | 'ledger'
  | 'transfer'
  | 'double'
  | 'call-back'
  | 'monitor';

/** A promise that was not kept. */
export interface Violation {
  readonly of: Promised;
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
  const about = (of: Promised): Case => ({
    ...evidence,
    legsOf,
    violate: (story, what) => violations.push({ of, story, what }),
    count: (what) => {
      tally[what] = (tally[what] ?? 0) + 1;
    },
  });
  complain(about('complaint'));
  judgeCallers(about('caller'));
  judgeOrphans(about('orphan'));
  judgeLedger(about('ledger'));
  judgeTransfers(about('transfer'));
  judgeDoubles(about('double'));
  judgeCallBacks(about('call-back'));
  judgeMonitors(about('monitor'));
  return { violations, tally };
}

/** What phones and program say themselves. */
function complain({ complaints, observer, site, violate }: Case): void {
  for (const { story, what, at, callId } of complaints) {
    const leg = observer.legs.get(callId ?? '');
    if (leg === undefined || !leg.askingAt(at)) violate(story, what);
  }
  for (const error of site.errors) violate(null, `the program says: ${error}`);
  for (const stranger of observer.strangers) violate(null, `of no story: ${stranger}`);
}
