import type { DialPlan } from '../dialplan/plan.js';
import type { CallerLocation, LiveScreenPop } from '../engine/operations.js';
import type { CallStory } from '../ledger/query.js';
import type { TransferMode, TransferTrigger } from '../ledger/records.js';

/** A member as a desk is shown it; number and name null when the dial plan has no such member any more. */
export interface MemberRef {
  readonly id: string;
  readonly number: string | null;
  readonly name: { readonly zh: string; readonly en: string } | null;
}

export interface ScreenPopTransfer {
  readonly id: string;
  readonly mode: TransferMode;
  readonly trigger: TransferTrigger;
  /** State while it is under way, else its outcome. */
  readonly state: string;
  readonly from: MemberRef | null;
  readonly agent: string | null;
  readonly to: MemberRef | null;
  readonly requestedAt: number;
  readonly matter: string | null;
  readonly note: string | null;
}

/** What the desk that gets a call is shown of it. */
export interface ScreenPop {
  readonly id: string;
  readonly callId: string;
  readonly live: boolean;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly caller: {
    readonly number: string | null;
    readonly name: string | null;
    readonly privacy: string | null;
  };
  readonly firstDialled: string | null;
  readonly firstMember: MemberRef | null;
  readonly transfer: ScreenPopTransfer | null;
  readonly path: readonly MemberRef[];
  readonly location: CallerLocation | null;
}

/** What is known of a call: at least one of the two. */
export interface Known {
  readonly callId: string;
  readonly live: LiveScreenPop | undefined;
  readonly story: CallStory | undefined;
}

/** What is known of a call, put together for a desk. `id` is that of the call or of a transfer of it. */
export function screenPop(id: string, { callId, live, story }: Known, plan: DialPlan): ScreenPop {
  const ended = story?.call ?? null;
  const call = live?.call;
  const caller = story?.legs.find(({ role }) => role === 'caller');
  const ref = (member: string | null | undefined): MemberRef | null => refTo(plan, member);
  return {
    id,
    callId,
    live: live !== undefined,
    startedAt: call?.startedAt ?? ended?.startedAt ?? null,
    endedAt: live === undefined ? (ended?.endedAt ?? null) : null,
    caller: {
      number: call?.callerNumber ?? ended?.callerNumber ?? caller?.callerNumber ?? null,
      name: live?.callerName ?? null,
      privacy: live?.privacy ?? null,
    },
    firstDialled: call?.firstDialled ?? ended?.firstDialled ?? caller?.numberDialled ?? null,
    firstMember: ref(call?.firstMember ?? ended?.firstMember),
    transfer: liveTransfer(id, callId, live, ref) ?? pastTransfer(id, callId, live, story, ref),
    path: pathOf(live, story).flatMap((member) => ref(member) ?? []),
    location: live?.location ?? null,
  };
}

/** The same for a desk that must not learn who calls. */
export function withoutCaller(pop: ScreenPop): ScreenPop {
  return { ...pop, caller: { ...pop.caller, number: null, name: null } };
}

type Ref = (member: string | null | undefined) => MemberRef | null;

function refTo(plan: DialPlan, id: string | null | undefined): MemberRef | null {
  if (id === null || id === undefined || id === '') return null;
  const member = plan.members.get(id);
  return { id, number: member?.numbers[0] ?? null, name: member === undefined ? null : { ...member.name } };
}

/** The transfer or alert of the live call that is meant. */
function liveTransfer(
  id: string,
  callId: string,
  live: LiveScreenPop | undefined,
  ref: Ref,
): ScreenPopTransfer | null {
  const transfer = live?.call.transfer ?? null;
  if (transfer !== null && (id === transfer.id || id === callId))
    return {
      id: transfer.id,
      mode: transfer.mode,
      trigger: transfer.trigger,
      state: transfer.state,
      from: ref(transfer.fromMember),
      agent: transfer.fromAgent,
      to: ref(transfer.toMember),
      requestedAt: transfer.requestedAt,
      matter: transfer.matter,
      note: transfer.note,
    };
  return null;
}

/** The transfer in the ledger that is meant: of a call, the last one that was not refused. */
function pastTransfer(
  id: string,
  callId: string,
  live: LiveScreenPop | undefined,
  story: CallStory | undefined,
  ref: Ref,
): ScreenPopTransfer | null {
  const transfer = story?.transfers.findLast((each) =>
    id === callId ? each.outcome !== 'refused' : each.id === id,
  );
  if (transfer === undefined) return null;
  const legs = [...(live?.call.legs ?? []), ...(story?.legs ?? [])];
  return {
    id: transfer.id,
    mode: transfer.mode,
    trigger: transfer.trigger,
    state: transfer.outcome,
    from: ref(transfer.fromMember),
    agent: legs.find((leg) => leg.id === transfer.transferorLeg)?.agent ?? null,
    to: ref(transfer.toMember),
    requestedAt: transfer.requestedAt,
    matter: transfer.matter,
    note: transfer.note,
  };
}

/** Members whose agents the caller spoke with, in order. */
function pathOf(live: LiveScreenPop | undefined, story: CallStory | undefined): readonly (string | null)[] {
  if (live !== undefined) return live.call.visited;
  const answers = (story?.legs ?? [])
    .filter(({ role, answeredAt }) => role === 'agent' && answeredAt !== null)
    .map(({ answeredAt, member }) => ({ at: answeredAt ?? 0, member }));
  const moves = (story?.transfers ?? [])
    .filter(({ outcome, mode }) => outcome === 'completed' && mode !== 'alert')
    .map(({ completedAt, toMember }) => ({ at: completedAt ?? 0, member: toMember }));
  return [...answers, ...moves]
    .sort((a, b) => a.at - b.at)
    .map(({ member }) => member)
    .filter((member, place, all) => member !== all[place - 1]);
}
