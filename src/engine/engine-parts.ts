/** What an engine is made of. */
import type { Agents } from '../agents/agents.js';
import type { CallId } from '../call/call.js';
import type { DialPlanHolder } from '../dialplan/holder.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MediaAnchor } from '../media/anchor.js';
import type { EngineClock } from './clock.js';
import type { EngineLog } from './log.js';
import type { Admission } from './overload.js';
import type { WaitingTimes } from './plan-routing.js';
import type { RecordingKeeping } from './recording/recordings.js';
import type { Signalling } from './signalling.js';

export interface EngineParts extends RecordingKeeping {
  readonly clock: EngineClock;
  readonly signalling: Signalling;
  readonly media: MediaAnchor;
  readonly ledger: Ledger;
  readonly dialPlan: DialPlanHolder;
  readonly agents: Agents;
  readonly log: EngineLog;
  readonly random: () => number;
  /** A new call id: letters and digits only, sorting by time. */
  readonly newCallId: () => CallId;
  readonly maxCalls: number;
  readonly admission: Admission;
  readonly times: WaitingTimes;
  /** URL that a target's desk can open to see a transfer or call, `withheld` without who calls; null: none. */
  readonly screenPopUrl: (id: string, withheld: boolean) => string | null;
}
