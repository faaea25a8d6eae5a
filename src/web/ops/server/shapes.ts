/** What the API answers, as the page reads it; types only, nothing of the server gets into the browser. */
import type { z } from 'zod';
import type { alertSchema, liveCallSchema } from '../../../api/live-schemas.js';
import type { queueSchema } from '../../../api/queue-schemas.js';
import type { auditSchema } from '../../../api/recording-schemas.js';
import type {
  callSchema,
  dialPlanSchema,
  healthSchema,
  legSchema,
  transferSchema,
} from '../../../api/schemas.js';
import type { hitSchema } from '../../../api/search-schemas.js';
import type {
  causesAnswer,
  compareAnswer,
  figuresAnswer,
  goalsAnswer,
  matrixAnswer,
  mattersAnswer,
} from '../../../api/statistics-schemas.js';
import type { ladderSchema } from '../../../api/story-schemas.js';

export type LiveCall = z.output<typeof liveCallSchema>;
export type Alert = z.output<typeof alertSchema>;
export type Queue = z.output<typeof queueSchema>;
export type DialPlan = z.output<typeof dialPlanSchema>;
export type Member = DialPlan['members'][number];
export type Health = z.output<typeof healthSchema>;
export type Call = z.output<typeof callSchema>;
export type Leg = z.output<typeof legSchema>;
export type Transfer = z.output<typeof transferSchema>;
export type NoteHit = z.output<typeof hitSchema>;
export type Ladder = z.output<typeof ladderSchema>;
export type Audit = z.output<typeof auditSchema>;
export type LadderEvent = Ladder['events'][number];

/** More than is usual, of `Surges`. */
export interface Surge {
  readonly of: 'member' | 'matter';
  readonly name: string;
  readonly minutes: number;
  readonly count: number;
  readonly expected: number;
}

export type Figures = z.output<typeof figuresAnswer>['all'];
export type Statistics = z.output<typeof figuresAnswer>;
export type Period = Statistics['periods'][number];
export type Matrix = z.output<typeof matrixAnswer>;
export type Cell = Matrix['cells'][number];
export type Causes = z.output<typeof causesAnswer>;
export type Matters = z.output<typeof mattersAnswer>;
export type Goals = z.output<typeof goalsAnswer>;
export type Comparison = z.output<typeof compareAnswer>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly searchedTo?: string | undefined;
  readonly notSearched?: readonly string[] | undefined;
}

/** A caller whom somebody owes a call back. */
export interface MissedCall {
  /** Of the last of the calls. */
  readonly id: string;
  readonly callerNumber: string | null;
  readonly member: string | null;
  readonly lastAt: string;
  readonly times: number;
  readonly waitMs: number | null;
  readonly cause: string | null;
  readonly attempts: readonly {
    readonly endedAt: string;
    readonly by: string;
    readonly cause: string | null;
  }[];
}

/** A media server, as the metrics tell of it. */
export interface MediaEngine {
  readonly name: string;
  readonly up: boolean;
  readonly calls: number;
}
