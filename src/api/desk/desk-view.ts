/** What a desk is shown, made of what the engine, the queues and the dial plan say at this moment. */
import type { Agent } from '../../agents/agent.js';
import { isOpen, nextOpening } from '../../dialplan/opening-hours.js';
import type { DialPlan, Member } from '../../dialplan/plan.js';
import type {
  AgentStatus,
  LiveCall,
  LiveLeg,
  LiveScreenPop,
  LiveTransfer,
  WaiterView,
} from '../../engine/operations.js';
import type {
  DeskAgent,
  DeskCall,
  DeskEarlierCall,
  DeskKey,
  DeskMemberName,
  DeskSentBy,
  DeskTransfer,
} from './desk-state.js';

/** A member as people know it. */
export function memberName(plan: DialPlan, id: string | null): DeskMemberName | null {
  if (id === null || id === '') return null;
  const member = plan.members.get(id);
  return { id, number: member?.numbers[0] ?? null, name: member === undefined ? null : { ...member.name } };
}

export function deskAgent(
  agent: Agent,
  status: AgentStatus | undefined,
  reachable: boolean,
  plan: DialPlan,
): DeskAgent {
  return {
    id: agent.id,
    displayName: agent.displayName,
    extension: agent.extension,
    member: memberName(plan, agent.member) ?? { id: agent.member, number: null, name: null },
    supervisor: agent.role === 'supervisor',
    state: status?.state ?? 'offline',
    stateSince: status?.since ?? 0,
    stateReason: status?.reason ?? null,
    next: status?.next ?? null,
    reachable,
  };
}

/** How busy a member is. */
export interface MemberLoad {
  /** Agents of it who are ready; null when its desks are not known here. */
  readonly free: number | null;
  /** Callers who wait for it. */
  readonly waiting: number;
}

/** How busy every member is that has desks or callers here. */
export function memberLoads(
  statuses: readonly AgentStatus[],
  waiting: readonly WaiterView[],
): ReadonlyMap<string, MemberLoad> {
  const loads = new Map<string, { free: number | null; waiting: number }>();
  const load = (member: string): { free: number | null; waiting: number } => {
    const found = loads.get(member) ?? { free: null, waiting: 0 };
    loads.set(member, found);
    return found;
  };
  for (const { agent, state } of statuses) {
    const of = load(agent.member);
    of.free = (of.free ?? 0) + (state === 'ready' ? 1 : 0);
  }
  for (const { queue } of waiting) load(queue).waiting += 1;
  return loads;
}

/** The keys in the order of the dial plan, as an agent of this member sees them. */
export function deskKeys(
  plan: DialPlan,
  own: string,
  loads: ReadonlyMap<string, MemberLoad>,
  utc: number,
): readonly DeskKey[] {
  const codes = new Map([...plan.keys].map(([code, member]) => [member, code]));
  const permitted = plan.members.get(own)?.mayTransferTo ?? null;
  return [...plan.members.values()].map((member) => {
    const { free, waiting } = loads.get(member.id) ?? { free: null, waiting: 0 };
    const open = openNow(member, utc);
    return {
      member: { id: member.id, number: member.numbers[0], name: { ...member.name } },
      code: codes.get(member.id) ?? null,
      emergency: member.emergency,
      open,
      opensAt: open || member.hours === null ? null : nextOpening(member.hours, utc),
      freeDesks: free,
      waiting,
      permitted: permitted === null || permitted.includes(member.id),
      own: member.id === own,
    };
  });
}

function openNow(member: Member, utc: number): boolean {
  return member.hours === null || isOpen(member.hours, utc);
}

/** The leg of an agent in a live call, one that is answered before one that rings. */
export function legOf(call: LiveCall, agent: string): LiveLeg | undefined {
  const own = call.legs.filter(
    (leg) => leg.agent === agent && leg.role !== 'caller' && leg.state !== 'ending',
  );
  return own.find(({ state }) => state === 'answered') ?? own[0];
}

/** The caller wants the number to be private, and the member is none for emergencies. */
export function isWithheld(privacy: string | null, member: string | null, plan: DialPlan): boolean {
  const wanted = privacy !== null && privacy !== 'none';
  return wanted && plan.members.get(member ?? '')?.emergency !== true;
}

/** What is known of a call besides its live state; asked of the ledger once. */
export interface CallBackground {
  readonly sentBy: DeskSentBy | null;
  readonly earlier: readonly DeskEarlierCall[];
}

/** The caller's number as this desk may see it; null when the caller withheld it, or the network did. */
export function shownNumber({ call, privacy }: LiveScreenPop, leg: LiveLeg, plan: DialPlan): string | null {
  return isWithheld(privacy, leg.member, plan) ? null : call.callerNumber;
}

export function deskCall(
  { call, callerName, privacy, location }: LiveScreenPop,
  leg: LiveLeg,
  background: CallBackground,
  plan: DialPlan,
): DeskCall {
  const { transfer } = call;
  const own = transfer !== null && transfer.transferorLeg === leg.id;
  const withheld = isWithheld(privacy, leg.member, plan);
  const coming = transfer?.targetLegs.includes(leg.id) === true ? transfer : null;
  return {
    id: call.id,
    legId: leg.id,
    sipCallId: leg.sipCallId,
    state: stateOf(leg, transfer),
    caller: {
      number: withheld ? null : call.callerNumber,
      name: withheld ? null : callerName,
      withheld,
    },
    firstDialled: call.firstDialled,
    firstMember: memberName(plan, call.firstMember),
    path: call.visited.flatMap((member) => memberName(plan, member) ?? []),
    startedAt: call.startedAt,
    answeredAt: leg.answeredAt,
    sentBy: coming === null ? background.sentBy : sentBy(coming, plan),
    location:
      location === null
        ? null
        : {
            address: location.address,
            latitude: location.point?.latitude ?? null,
            longitude: location.point?.longitude ?? null,
          },
    earlier: background.earlier,
    transfer: own ? deskTransfer(transfer, plan) : null,
    callBack: callBackOf(call),
  };
}

function callBackOf({ callBackOf: missed, phase }: LiveCall): DeskCall['callBack'] {
  if (missed === null) return null;
  return phase === 'calling-agent' || phase === 'calling-back' ? 'calling' : 'reached';
}

function stateOf(leg: LiveLeg, transfer: LiveTransfer | null): DeskCall['state'] {
  if (leg.state !== 'answered') return 'ringing';
  if (transfer?.state === 'consulting' && transfer.targetLegs.includes(leg.id)) return 'consulted';
  return transfer?.heldLeg === leg.id ? 'held' : 'talking';
}

function deskTransfer(transfer: LiveTransfer, plan: DialPlan): DeskTransfer {
  return {
    id: transfer.id,
    mode: transfer.mode,
    to: memberName(plan, transfer.toMember) ?? { id: transfer.toMember, number: null, name: null },
    state: transfer.state,
    requestedAt: transfer.requestedAt,
    speaksWith: transfer.speaksWith,
  };
}

function sentBy(transfer: LiveTransfer, plan: DialPlan): DeskSentBy {
  return {
    from: memberName(plan, transfer.fromMember),
    agent: transfer.fromAgent,
    matter: transfer.matter,
    note: transfer.note,
    mode: transfer.mode,
  };
}
