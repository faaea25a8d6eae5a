/** The draft that one step works on: the call so far, and the commands so far. */
import type { Call, Instant, Leg, LegId, Phase } from './call.js';
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

  emit(command: Command): void {
    this.commands.push(command);
  }

  publish(
    type: CallNews['type'],
    of: { legId?: LegId; transferId?: string | null },
    detail: CallNews['detail'] = {},
  ): void {
    this.emit({
      type: 'publish',
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

/** The party that a leg is talking with now, if any. */
export function partnerOf(call: Call, leg: LegId): LegId | null {
  const { phase } = call;
  if (phase.name === 'talking' || phase.name === 'switching') {
    if (phase.link.a === leg) return phase.link.b;
    if (phase.link.b === leg) return phase.link.a;
    return null;
  }
  if (phase.name === 'transferring' && phase.transferor !== null) {
    if (phase.transferor === leg) return phase.transferee;
    if (phase.transferee === leg) return phase.transferor;
  }
  return null;
}
