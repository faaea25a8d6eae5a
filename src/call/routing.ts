/** What the core asks of the dial plan. The engine makes one from the plan that the call began with. */
import type { MemberId } from '../dialplan/plan.js';
import type { Candidate } from './call.js';

export interface RoutedMember {
  readonly id: MemberId;
  /** The number people know it by. */
  readonly number: string;
  readonly emergency: boolean;
  readonly fallback: MemberId | null;
}

export interface Routing {
  member(id: MemberId): RoutedMember | undefined;
  /** The member that a number, URI or key means. */
  resolve(address: string): RoutedMember | undefined;
  /** The member's targets in order, each on the gateways that are up; never empty for a member. */
  candidates(id: MemberId): readonly Candidate[];
  readonly limits: RoutingLimits;
}

export interface RoutingLimits {
  readonly maxHops: number;
  readonly maxHuntMs: number;
  /** 0: none. */
  readonly maxCallMs: number;
  /** How long a target may stay silent before the next is tried. */
  readonly noResponseMs: number;
  /** How long we wait for the answer to the final NOTIFY before the transferor is released. */
  readonly notifyAnswerMs: number;
}
