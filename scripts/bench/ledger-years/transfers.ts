import type { LegRecord, TransferRecord } from '../../../src/ledger/records.js';
import type { Alliance, Desks } from './desks.js';
import { type Dice, weighted } from './dice.js';

/** How a transfer goes. */
export interface TransferCourse {
  readonly to: Desks;
  readonly trigger: TransferRecord['trigger'];
  readonly mode: TransferRecord['mode'];
  readonly requestedTarget: string;
  readonly outcome: TransferRecord['outcome'];
  readonly cause: string | null;
  readonly sipStatus: number | null;
  /** How the target's leg ended, where the caller did not get to it; null when no leg was made for it. */
  readonly target: Pick<LegRecord, 'outcome' | 'endedBy' | 'reason'> | null;
  /** From the request until the target answered or the transfer was over; milliseconds. */
  readonly ringMs: number;
  /** How long the agent talked with the target first; milliseconds. */
  readonly consultMs: number;
}

type Fate = Pick<TransferCourse, 'outcome' | 'cause' | 'sipStatus' | 'target'> & { readonly ringMs: number };

const TRIGGERS = weighted<TransferRecord['trigger']>([
  ['refer', 42],
  ['desk', 26],
  ['key', 22],
  ['api', 6],
  ['replaces', 4],
]);
const MODES = weighted<TransferRecord['mode']>([
  ['blind', 80],
  ['consult', 15],
  ['conference', 5],
]);
const CANCELLED = { outcome: 'cancelled', endedBy: 'us' } as const;
const FATES = weighted<Fate>([
  [{ outcome: 'completed', cause: null, sipStatus: 200, target: null, ringMs: 4000 }, 890],
  [
    {
      outcome: 'failed',
      cause: 'no-answer',
      sipStatus: 487,
      target: { ...CANCELLED, outcome: 'unanswered', reason: 'ring-timeout' },
      ringMs: 22_000,
    },
    38,
  ],
  [
    {
      outcome: 'failed',
      cause: 'busy',
      sipStatus: 486,
      target: { outcome: 'rejected', endedBy: 'target', reason: 'Busy Here' },
      ringMs: 250,
    },
    26,
  ],
  [
    {
      outcome: 'failed',
      cause: 'rejected',
      sipStatus: 603,
      target: { outcome: 'rejected', endedBy: 'target', reason: 'Decline' },
      ringMs: 2500,
    },
    6,
  ],
  [
    {
      outcome: 'failed',
      cause: 'unreachable',
      sipStatus: null,
      target: { outcome: 'unreachable', endedBy: 'network', reason: 'no-response' },
      ringMs: 6000,
    },
    4,
  ],
  [{ outcome: 'refused', cause: 'closed', sipStatus: null, target: null, ringMs: 1 }, 9],
  [{ outcome: 'refused', cause: 'full', sipStatus: null, target: null, ringMs: 1 }, 3],
  [
    {
      outcome: 'abandoned',
      cause: 'hung-up',
      sipStatus: null,
      target: { ...CANCELLED, reason: 'other-party-left' },
      ringMs: 8000,
    },
    18,
  ],
  [
    {
      outcome: 'abandoned',
      cause: 'cancelled',
      sipStatus: null,
      target: { ...CANCELLED, reason: 'taken-back' },
      ringMs: 9000,
    },
    6,
  ],
]);
const NOT_PERMITTED: Fate = {
  outcome: 'refused',
  cause: 'not-permitted',
  sipStatus: null,
  target: null,
  ringMs: 1,
};

/** Draw where a member's agent transfers a caller, and how that goes. */
export function drawTransfer(dice: Dice, alliance: Alliance, from: Desks): TransferCourse {
  const to = alliance.byId.get(dice.pick(from.targets)) ?? from;
  const permitted = from.mayTransferTo === null || to.emergency || from.mayTransferTo.includes(to.id);
  const { ringMs, ...fate } = permitted ? dice.pick(FATES) : NOT_PERMITTED;
  const trigger = dice.pick(TRIGGERS);
  const mode = trigger === 'replaces' ? 'consult' : dice.pick(MODES);
  const slower = to.emergency ? 0.6 : 1;
  return {
    to,
    trigger,
    mode,
    requestedTarget: trigger === 'refer' || trigger === 'replaces' ? `sip:${to.number}@10.20.0.1` : to.number,
    ...fate,
    ringMs: Math.max(1, Math.round(dice.around(ringMs * slower, 0.45))),
    consultMs: fate.outcome === 'completed' && mode !== 'blind' ? 4000 + Math.round(dice.wait(25_000)) : 0,
  };
}
