/** Whom to call for a member: addresses, the ways to one desk, desks that ring together. */
import type { MemberId, TrunkId } from '../dialplan/plan.js';

/** One address to try for a member: a target of the dial plan on one gateway of its trunk. */
export interface Candidate {
  readonly member: MemberId;
  readonly trunk: TrunkId;
  /** Id of the gateway in the dial plan. */
  readonly gateway: string;
  readonly uri: string;
  /** `host:port/transport`. */
  readonly peer: string;
  readonly number: string;
  readonly ringSeconds: number;
  /** A leg through this trunk belongs to an agent of the member, who may transfer. */
  readonly mayTransfer: boolean;
}

/** One desk or queue: ways to reach it, tried in order while no peer answers at all. */
export type Branch = readonly Candidate[];

/** Desks and queues that ring at the same time; the first that answers has the call. */
export type Stage = readonly Branch[];
