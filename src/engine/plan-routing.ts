import type { Candidate } from '../call/call.js';
import type { RoutedMember, Routing, RoutingLimits } from '../call/routing.js';
import type { DialPlan, Gateway, Member, Target } from '../dialplan/plan.js';

/** Whether calls may be sent to a gateway now. */
export type GatewayUp = (gatewayId: string) => boolean;

export interface WaitingTimes {
  readonly noResponseMs: number;
  readonly notifyAnswerMs: number;
}

function routed(member: Member): RoutedMember {
  const { id, emergency, fallback, numbers } = member;
  return { id, number: numbers[0], emergency, fallback };
}

function hostPart(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function uriOf(gateway: Gateway, number: string): string {
  const transport = gateway.transport === 'udp' ? '' : `;transport=${gateway.transport}`;
  return `sip:${encodeURIComponent(number)}@${hostPart(gateway.host)}:${gateway.port}${transport}`;
}

/** The dial plan as the core asks it. Gateways that are down are passed over unless all of a trunk are. */
export class PlanRouting implements Routing {
  readonly limits: RoutingLimits;

  constructor(
    readonly plan: DialPlan,
    private readonly isUp: GatewayUp,
    times: WaitingTimes,
  ) {
    const { maxHops, maxHuntSeconds, maxCallSeconds } = plan.policies;
    this.limits = { maxHops, maxHuntMs: maxHuntSeconds * 1000, maxCallMs: maxCallSeconds * 1000, ...times };
  }

  member(id: string): RoutedMember | undefined {
    const member = this.plan.members.get(id);
    return member === undefined ? undefined : routed(member);
  }

  resolve(address: string): RoutedMember | undefined {
    const found = this.plan.destination(address);
    return found === undefined ? undefined : routed(found.member);
  }

  candidates(id: string): readonly Candidate[] {
    const member = this.plan.members.get(id);
    return member === undefined ? [] : member.targets.flatMap((target) => this.#ways(member, target));
  }

  #ways(member: Member, target: Target): Candidate[] {
    const trunk = this.plan.trunks.get(target.trunk);
    if (trunk === undefined) return [];
    const up = trunk.gateways.filter((gateway) => this.isUp(gateway.id));
    return (up.length > 0 ? up : trunk.gateways).map((gateway) => ({
      member: member.id,
      trunk: trunk.id,
      gateway: gateway.id,
      uri: uriOf(gateway, target.number),
      peer: `${hostPart(gateway.host)}:${gateway.port}/${gateway.transport}`,
      number: target.number,
      ringSeconds: target.ringSeconds,
      mayTransfer: trunk.kind === 'member',
    }));
  }
}
