import type { Agent } from '../agents/agent.js';
import type { Agents } from '../agents/agents.js';
import type { Instant } from '../call/call.js';
import type { Branch, Candidate, QueueStage, Stage } from '../call/candidate.js';
import type { KeyReading, Obstacle, RoutedMember, Routing, RoutingLimits } from '../call/routing.js';
import { isOpen, nextOpening } from '../dialplan/opening-hours.js';
import type { Desk, DialPlan, Member, QueueDesk, TrunkDesk, TrunkId } from '../dialplan/plan.js';
import type { OccupancyFigures } from './occupancy.js';
import { type GatewayUp, trunkWays } from './trunk-ways.js';
import { weightedOrder } from './weighted-order.js';

export interface WaitingTimes {
  readonly noResponseMs: number;
  readonly notifyAnswerMs: number;
}

/** What routing looks at besides the plan. */
export interface RoutingParts {
  readonly isUp: GatewayUp;
  readonly occupancy: OccupancyFigures;
  /** Who the agents of ours are and where they ring. */
  readonly agents: Pick<Agents, 'agent' | 'atExtension' | 'contactsOf'>;
  /** A number from 0 (included) to 1 (excluded), for the order of weighted desks. */
  readonly random: () => number;
  readonly times: WaitingTimes;
  /** Media passes through a media server. */
  readonly anchored: boolean;
  /** Three can hear each other now. */
  readonly canMix: () => boolean;
}

function routed(member: Member): RoutedMember {
  const { id, emergency, fallback, numbers } = member;
  return { id, number: numbers[0], emergency, fallback };
}

/** Desks that ring at the same time. */
type Ring = readonly Desk[];

/**
 * The dial plan as the core asks it. Gateways that are down are passed over unless all of a trunk are; desks on
 * trunks that are full are left out, or come last for an emergency member, to whom no count of ours is a reason
 * to give up.
 */
export class PlanRouting implements Routing {
  readonly limits: RoutingLimits;

  constructor(
    readonly plan: DialPlan,
    private readonly parts: RoutingParts,
  ) {
    const { maxHops, maxHuntSeconds, maxCallSeconds, betweenKeysSeconds, announcement } = plan.policies;
    const { prompt, maxSeconds } = announcement;
    this.limits = {
      maxHops,
      maxHuntMs: maxHuntSeconds * 1000,
      maxCallMs: maxCallSeconds * 1000,
      betweenKeysMs: betweenKeysSeconds * 1000,
      ringback: plan.policies.ringback,
      announcement: prompt === null ? null : { prompt, maxMs: maxSeconds * 1000 },
      anchored: parts.anchored,
      ...parts.times,
    };
  }

  member(id: string): RoutedMember | undefined {
    const member = this.plan.members.get(id);
    return member === undefined ? undefined : routed(member);
  }

  resolve(address: string): RoutedMember | undefined {
    const found = this.plan.destination(address);
    return found === undefined ? undefined : routed(found.member);
  }

  stages(id: string, from: string | null): readonly Stage[] {
    const member = this.plan.members.get(id);
    if (member === undefined) return [];
    const rings = this.#rings(member, from);
    const free: Ring[] = [];
    const full: Ring[] = [];
    for (const ring of rings) {
      const [fitting, others] = this.#fit(ring);
      if (fitting.length > 0) free.push(fitting);
      if (others.length > 0) full.push(others);
    }
    // Who asks when all is full has reasons to call it nevertheless.
    const chosen = member.emergency ? [...free, ...full] : free.length > 0 ? free : rings;
    return chosen.flatMap((ring): Stage[] => {
      const [first] = ring;
      if (first?.kind === 'queue') return [queueStage(first)];
      const branches = ring.flatMap((desk) => this.#branches(member, desk));
      return branches.length > 0 ? [branches] : [];
    });
  }

  obstacle(id: string, at: Instant): Obstacle | null {
    const member = this.plan.members.get(id);
    if (member === undefined || member.emergency) return null;
    if (member.hours !== null && !isOpen(member.hours, at.utc)) return 'closed';
    const inUse = this.parts.occupancy.callsOf(member.id);
    if (member.capacity !== null && inUse >= member.capacity) return 'full';
    const desks = member.targets
      .filter(({ onlyFor }) => onlyFor.length === 0)
      .flatMap((target) => target.desks);
    return desks.every((desk) => this.#room(desk) <= 0) ? 'full' : null;
  }

  /** When a member that is closed opens, in UTC milliseconds; null when it is open or not within a year. */
  opensAt(id: string, at: Instant): number | null {
    const hours = this.plan.members.get(id)?.hours ?? null;
    return hours === null || isOpen(hours, at.utc) ? null : nextOpening(hours, at.utc);
  }

  mayTransfer(from: string | null, to: string): boolean {
    if (!this.plan.members.has(to)) return false;
    if (from === null) return true;
    const member = this.plan.members.get(from);
    // The rights of somebody who is not in this plan are not known.
    if (member === undefined) return this.plan.members.get(to)?.emergency === true;
    return member.mayTransferTo === null || member.mayTransferTo.includes(to);
  }

  /** Ways to a desk of a member that need be none of its targets: at a phone of ours, else behind its PBX. */
  desk(id: string, extension: string, ringSeconds: number): readonly Branch[] {
    const member = this.plan.members.get(id);
    if (member === undefined) return [];
    const agent = this.parts.agents.atExtension(id, extension);
    if (agent !== undefined) return phonesOf(agent, ringSeconds, this.parts.agents);
    const trunk = [...this.plan.trunks.values()].find((one) => one.kind === 'member' && one.member === id);
    if (trunk === undefined) return [];
    const ways = this.#ways(member, {
      kind: 'trunk',
      trunk: trunk.id,
      number: extension,
      ringSeconds,
      weight: 1,
    });
    return ways.length === 0 ? [] : [ways];
  }

  canMix(): boolean {
    return this.parts.canMix();
  }

  readKeys(keys: string): KeyReading {
    return this.plan.readKeys(keys);
  }

  /** Desks in the order in which they are called, liaison desks of the member that transfers first. */
  #rings(member: Member, from: string | null): Ring[] {
    const liaison = member.targets.filter(({ onlyFor }) => from !== null && onlyFor.includes(from));
    const general = member.targets.filter(({ onlyFor }) => onlyFor.length === 0);
    return [...liaison, ...general].flatMap(({ ring, desks }): Ring[] =>
      ring === 'weighted' ? weightedOrder(desks, this.parts.random).map((desk) => [desk]) : [desks],
    );
  }

  /** Of desks that ring together those that their trunks have room for, and the others. */
  #fit(ring: Ring): readonly [Ring, Ring] {
    const fitting: Desk[] = [];
    const others: Desk[] = [];
    for (const desk of ring) {
      const beside = fitting.filter((other) => isBeside(other, desk)).length;
      (beside < this.#room(desk) ? fitting : others).push(desk);
    }
    return [fitting, others];
  }

  /** Legs that the trunk of a desk still takes; phones of agents are not behind a trunk. */
  #room(desk: Desk): number {
    const capacity = desk.kind === 'trunk' ? (this.plan.trunks.get(desk.trunk)?.capacity ?? null) : null;
    return capacity === null
      ? Number.POSITIVE_INFINITY
      : capacity - this.parts.occupancy.legsOn(trunkOf(desk));
  }

  /** A desk behind a trunk is one branch; an agent is as many as there are phones, which ring at once. */
  #branches(member: Member, desk: Desk): Branch[] {
    if (desk.kind === 'trunk') {
      const ways = this.#ways(member, desk);
      return ways.length === 0 ? [] : [ways];
    }
    if (desk.kind === 'queue') return [];
    const { agents } = this.parts;
    const agent =
      desk.kind === 'agent' ? agents.agent(desk.agent) : agents.atExtension(member.id, desk.extension);
    // Agents answer for their own member alone.
    return agent?.member === member.id ? phonesOf(agent, desk.ringSeconds, agents) : [];
  }

  #ways(member: Member, desk: TrunkDesk): Candidate[] {
    const trunk = this.plan.trunks.get(desk.trunk);
    if (trunk === undefined) return [];
    return trunkWays(trunk, desk, member.id, this.parts.isUp);
  }
}

function queueStage({ queue, maxWaitSeconds, ringSeconds, skill }: QueueDesk): QueueStage {
  return { queue, maxWaitMs: maxWaitSeconds * 1000, ringSeconds, skill };
}

/** The phones of an agent, each a branch of its own; the flows of one device are ways to the same phone. */
export function phonesOf(agent: Agent, ringSeconds: number, agents: Pick<Agents, 'contactsOf'>): Branch[] {
  const phones = new Map<string, Branch>();
  for (const { id, device, uri, route, ways } of agents.contactsOf(agent.id)) {
    const phone = device ?? id;
    const branch = ways.map(({ nextHop, peer }) => ({
      member: agent.member,
      trunk: null,
      gateway: null,
      uri,
      peer,
      number: agent.extension,
      ringSeconds,
      mayTransfer: true,
      phone: { agent: agent.id, contact: id, nextHop, route },
    }));
    phones.set(phone, [...(phones.get(phone) ?? []), ...branch]);
  }
  return [...phones.values()];
}

const trunkOf = (desk: Desk): TrunkId => (desk.kind === 'trunk' ? desk.trunk : '');

const isBeside = (a: Desk, b: Desk): boolean =>
  a.kind === 'trunk' && b.kind === 'trunk' && a.trunk === b.trunk;
