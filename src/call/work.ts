/** The draft that one step works on: the call so far, and the commands so far. */
import type { MemberId } from '../dialplan/plan.js';
import type { Call, Instant, Leg, LegId, Phase, Transfer } from './call.js';
import type { CallNews, Command } from './command.js';
import type { Routing } from './routing.js';

export class Work {
  readonly commands: Command[] = [];

  constructor(
    public call: Call,
    readonly at: Instant,
    readonly routing: Routing,
  ) {}

  /** The leg, which must exist: ids come from the call itself. */
  leg(id: LegId): Leg {
    const leg = this.call.legs[id];
    if (leg === undefined) throw new RangeError(`call ${this.call.id} has no leg ${id}`);
    return leg;
  }

  patchLeg(id: LegId, patch: Partial<Omit<Leg, 'id'>>): Leg {
    const leg: Leg = { ...this.leg(id), ...patch };
    this.call = { ...this.call, legs: { ...this.call.legs, [id]: leg } };
    return leg;
  }

  patch(patch: Partial<Omit<Call, 'id' | 'legs'>>): void {
    this.call = { ...this.call, ...patch };
  }

  setPhase(phase: Phase): void {
    this.call = { ...this.call, phase };
  }

  /** The caller has come to a desk of this member. */
  arriveAt(member: MemberId | null): void {
    const { visited } = this.call;
    const again = member === null || visited.at(-1) === member;
    this.patch({ lastMember: member, visited: again ? visited : [...visited, member] });
  }

  emit(command: Command): void {
    this.commands.push(command);
  }

  publish(
    type: CallNews['type'],
    of: { legId?: LegId | null; transferId?: string | null },
    detail: CallNews['detail'] = {},
  ): void {
    this.emit({
      type: 'publish',
      call: this.call.id,
      event: { type, legId: of.legId ?? null, transferId: of.transferId ?? null, detail },
    });
  }

  unexpected(event: string, leg: LegId | null, why: string): void {
    this.emit({ type: 'unexpected', event, leg, why });
  }
}

/** Answered, not asked to leave, and free of the doubt whether its ACK will come. */
export function isUp(leg: Leg): boolean {
  return leg.state === 'answered' && leg.acked;
}

export function isGone(leg: Leg): boolean {
  return leg.state === 'leaving' || leg.state === 'ended';
}

/** The party that a leg is talking with now, if any; in a conference the one that messages and keys are for. */
export function partnerOf(call: Call, leg: LegId): LegId | null {
  const { phase } = call;
  if (phase.name === 'talking' || phase.name === 'switching' || phase.name === 'consulting') {
    if (phase.link.a === leg) return phase.link.b;
    return phase.link.b === leg ? phase.link.a : null;
  }
  if (phase.name === 'conferring') {
    if (phase.transferee === leg) return phase.transferor;
    return phase.transferor === leg || phase.target === leg ? phase.transferee : null;
  }
  if (phase.name === 'transferring' && phase.transferor !== null) {
    if (phase.transferor === leg) return phase.transferee;
    if (phase.transferee === leg) return phase.transferor;
  }
  return null;
}

/** The transfer that is under way, if any. */
export function transferOf(call: Call): Transfer | null {
  const { phase } = call;
  switch (phase.name) {
    case 'transferring':
    case 'consulting':
    case 'conferring':
    case 'switching':
      return phase.transfer;
    default:
      return null;
  }
}

/** Whoever asked for the transfer that is under way, while still there. */
export function transferorOf(call: Call): LegId | null {
  const { phase } = call;
  switch (phase.name) {
    case 'transferring':
    case 'consulting':
    case 'conferring':
    case 'switching':
      return phase.transferor;
    default:
      return null;
  }
}
