import { SWITCH_BOUNDS_MS, WAIT_BOUNDS_MS } from './buckets.js';

/** Outcomes of a transfer as the statistics count them: `alerted` is an alert that was told, which moves nobody. */
export const PASSED_ON = ['completed', 'alerted', 'failed', 'refused', 'abandoned', 'interrupted'] as const;
export type PassedOn = (typeof PASSED_ON)[number];

/** A table of sums: one row for each span of time and combination of keys. */
export interface Cube {
  readonly table: string;
  /** Text, empty for "none"; a bucket is a whole number. */
  readonly keys: readonly string[];
  /** Whole numbers of 0 or more that are added up; times in milliseconds. */
  readonly sums: readonly string[];
}

/** Columns of the histogram of waits. */
export const WAIT_COLUMNS: readonly string[] = [...WAIT_BOUNDS_MS, 0].map((_, bucket) => `wait_${bucket}`);
/** Answered calls by how often they were moved: never, once, twice, more often. */
export const MOVED_COLUMNS = ['moved_0', 'moved_1', 'moved_2', 'moved_3'] as const;

/**
 * What is counted, for whom (contribution.ts says which call is whose):
 *
 * - `members`: of each member
 * - `matrix`: transfers from member to member by outcome; `switched` and `switch_ms`: those whose time was measured
 * - `switches`: how long completed transfers took, by the member that transferred; buckets of SWITCH_BOUNDS_MS
 * - `matters`: transfers that name a matter, by the member that transferred
 * - `causes`: why calls, legs and transfers ended other than they should
 */
export const CUBES = {
  members: {
    table: 'statistics_members',
    keys: ['member'],
    sums: [
      'offered',
      'answered',
      'in_time',
      'abandoned',
      'unanswered',
      'refused',
      'interrupted',
      'missed',
      'waits',
      'wait_ms',
      ...WAIT_COLUMNS,
      'lost_waits',
      'lost_wait_ms',
      'held',
      'held_ms',
      ...MOVED_COLUMNS,
      'rang',
      'taken',
      'talks',
      'talk_ms',
      ...PASSED_ON.map((outcome) => `out_${outcome}`),
      ...PASSED_ON.map((outcome) => `in_${outcome}`),
      'switches',
      'switch_ms',
      'called_back',
      'reached_back',
      'noted_back',
    ],
  },
  matrix: {
    table: 'statistics_matrix',
    keys: ['from_member', 'to_member', 'outcome'],
    sums: ['transfers', 'switched', 'switch_ms'],
  },
  switches: { table: 'statistics_switches', keys: ['member', 'bucket'], sums: ['switches'] },
  matters: { table: 'statistics_matters', keys: ['matter', 'member'], sums: ['asked', 'completed'] },
  causes: { table: 'statistics_causes', keys: ['kind', 'member', 'outcome', 'cause'], sums: ['times'] },
} as const satisfies Readonly<Record<string, Cube>>;

export type CubeName = keyof typeof CUBES;
export const CUBE_NAMES = Object.keys(CUBES) as readonly CubeName[];

/** Number of buckets of the times to switch. */
export const SWITCH_BUCKETS = SWITCH_BOUNDS_MS.length + 1;
