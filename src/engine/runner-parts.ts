import type { Call, CallId, LegId } from '../call/call.js';
import type { CallNews, Command } from '../call/command.js';
import type { Trunk } from '../dialplan/plan.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerRecord } from '../ledger/records.js';
import type { MediaAnchor } from '../media/anchor.js';
import type { EngineClock } from './clock.js';
import type { Occupancy } from './occupancy.js';
import type { Signalling } from './signalling.js';

/** What all calls share. `Runner` is what runs one call: its file needs this one. */
export interface RunnerParts<Runner> {
  readonly clock: EngineClock;
  readonly signalling: Signalling;
  readonly media: MediaAnchor;
  readonly ledger: Ledger;
  /** A number from 0 (included) to 1 (excluded), to spread timers. */
  readonly random: () => number;
  readonly occupancy: Occupancy;
  trunk(id: string): Trunk | undefined;
  formatNumber(trunk: Trunk | undefined, number: string): string;
  /** URL that a target's desk can open to see a transfer or call, `withheld` without who calls; null: none. */
  screenPopUrl(id: string, withheld: boolean): string | null;
  /** What an agent has found out that the caller speaks, to be kept over a restart; null: nobody has. */
  toldLanguage(call: CallId): string | null;
  onNews(callId: CallId, news: CallNews): void;
  onRecord(record: LedgerRecord): void;
  /** A step of the call has led to this command; heard before it is carried out. */
  onCommand(call: Call, command: Command): void;
  onUnexpected(callId: CallId, event: string): void;
  /** The live call that this leg belongs to. */
  callOf(leg: LegId): Call | null;
  /** The other call has become part of this one; gives its runner, which takes no events any more. */
  absorb(other: CallId, into: Runner): Runner | null;
  /** The call is in this state now; before the commands of the step are carried out. */
  onState(call: Call): void;
  /** The call is over, and so are those that it absorbed. */
  onForget(callId: CallId): void;
}
