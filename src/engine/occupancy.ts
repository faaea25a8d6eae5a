import type { CallId, LegId } from '../call/call.js';
import type { MemberId, TrunkId } from '../dialplan/plan.js';

/** A leg that takes room, from its INVITE to its record. */
export interface OccupyingLeg {
  readonly leg: LegId;
  readonly call: CallId;
  /** The member whose desk is called; null for a caller, who takes none of a member's room. */
  readonly member: MemberId | null;
  readonly trunk: TrunkId | null;
}

/** What routing asks. */
export interface OccupancyFigures {
  /** Calls for which some desk of the member rings or has answered. */
  callsOf(member: MemberId): number;
  /** Legs on a trunk, in and out, ringing or answered. */
  legsOn(trunk: TrunkId): number;
}

/**
 * How much of each member's and trunk's capacity is in use. A member counts calls: desks that ring together
 * for one caller are one call. A trunk counts legs, as its channels do. Told twice of the same leg, it counts
 * once; a leg that it does not know ends without effect. It holds as much as there are legs.
 */
export class Occupancy implements OccupancyFigures {
  readonly #legs = new Map<LegId, OccupyingLeg>();
  readonly #trunks = new Map<TrunkId, number>();
  /** Legs by call, by member. */
  readonly #members = new Map<MemberId, Map<CallId, number>>();

  started(leg: OccupyingLeg): void {
    this.ended(leg.leg);
    this.#legs.set(leg.leg, leg);
    if (leg.trunk !== null) add(this.#trunks, leg.trunk, 1);
    if (leg.member !== null) {
      const calls = this.#members.get(leg.member) ?? new Map<CallId, number>();
      add(calls, leg.call, 1);
      this.#members.set(leg.member, calls);
    }
  }

  ended(id: LegId): void {
    const leg = this.#legs.get(id);
    if (leg === undefined) return;
    this.#legs.delete(id);
    if (leg.trunk !== null) add(this.#trunks, leg.trunk, -1);
    const calls = leg.member === null ? undefined : this.#members.get(leg.member);
    if (leg.member === null || calls === undefined) return;
    add(calls, leg.call, -1);
    if (calls.size === 0) this.#members.delete(leg.member);
  }

  callsOf(member: MemberId): number {
    return this.#members.get(member)?.size ?? 0;
  }

  legsOn(trunk: TrunkId): number {
    return this.#trunks.get(trunk) ?? 0;
  }
}

/** Counts that reach 0 are forgotten, so that names of plans long replaced do not stay. */
function add<K>(counts: Map<K, number>, key: K, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
