/** Calls of ours to callers whom nobody had answered: who may be called, by which way, and by whose phones. */
import type { Agent } from '../agents/agent.js';
import type { CallId } from '../call/call.js';
import type { Branch, Candidate, Desks } from '../call/candidate.js';
import type { Routing } from '../call/routing.js';
import { internationalForm } from '../dialplan/numbers.js';
import type { CallBackPolicy, DialPlan, Trunk } from '../dialplan/plan.js';
import type { MediaWay } from '../media/anchor.js';
import type { CallBook } from './call-book.js';
import type { CallRunner } from './call-runner.js';
import type { EngineParts } from './engine-parts.js';
import type { Figures } from './figures.js';
import type { GatewayHealth } from './gateway-health.js';
import type { Occupancy } from './occupancy.js';
import type {
  CallBackAgent,
  CallBackOperations,
  CallBackRequest,
  OperationResult,
  Refusal,
} from './operations.js';
import { phonesOf } from './plan-routing.js';
import type { QueueDesk } from './queue-desk.js';
import { trunkWays } from './trunk-ways.js';

/** How long the agent's own phones ring; seconds. */
const AGENT_RING_SECONDS = 30;

export interface CallBacksParts
  extends Pick<EngineParts, 'agents' | 'dialPlan' | 'maxCalls' | 'media' | 'newCallId'> {
  readonly calls: CallBook;
  readonly figures: Figures;
  readonly occupancy: Occupancy;
  readonly health: Pick<GatewayHealth, 'isUp'>;
  readonly queues: Pick<QueueDesk, 'statuses'>;
  readonly draining: () => boolean;
  routing(plan: DialPlan, way: MediaWay | null): Routing;
  runner(id: CallId, routing: Routing): CallRunner;
}

type Found<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

function refused(code: Refusal['code'], message: string): Found<never> {
  return { ok: false, refusal: { code, message } };
}

export class CallBacks implements CallBackOperations {
  constructor(private readonly parts: CallBacksParts) {}

  /** In the same moment in which it is judged it begins, so that nobody is called back twice at once. */
  begin(request: CallBackRequest): OperationResult<{ callId: string }> {
    const { calls, dialPlan, draining, maxCalls } = this.parts;
    const plan = dialPlan.current;
    if (draining()) return refused('shutting-down', 'The program stops and begins no more calls');
    const number = callableNumber(request, plan);
    if (!number.ok) return number;
    const other = this.#beingCalled(number.value, plan);
    if (other !== null)
      return refused('already-being-called', `This caller is being called back already, by call ${other}`);
    const phones = this.#phonesOf(request.agent, plan);
    if (!phones.ok) return phones;
    const ways = this.#waysTo(number.value, request, plan);
    if (!ways.ok) return ways;
    if (calls.size >= maxCalls) return refused('full', 'There are as many calls as this system takes');
    return this.#begin(request, plan, { number: number.value, phones: phones.value, ways: ways.value });
  }

  #begin(
    { member, missedCall, requestedBy }: CallBackRequest,
    plan: DialPlan,
    { number, phones, ways }: { readonly number: string; readonly phones: Desks; readonly ways: Branch },
  ): OperationResult<{ callId: string }> {
    const { calls, figures, media, newCallId } = this.parts;
    const callId = newCallId();
    const way = media.begin(callId);
    if (way === null) return refused('no-media', 'No media server answers');
    const runner = this.parts.runner(callId, this.parts.routing(plan, way));
    calls.add(runner);
    figures.countCall();
    runner.startCallBack({
      planVersion: plan.version,
      member,
      callerNumber: number,
      missedCall,
      by: requestedBy,
      phones,
      ways,
    });
    return { ok: true, value: { callId } };
  }

  /** The call in which this number is called back, or has just been and is not off the wire; however it is written. */
  #beingCalled(number: string, { numbering }: DialPlan): CallId | null {
    const form = internationalForm(number, numbering);
    for (const { call } of this.parts.calls.all())
      if (call !== null && call.callBack !== null && call.callerNumber !== null)
        if (internationalForm(call.callerNumber, numbering) === form) return call.id;
    return null;
  }

  #phonesOf(wanted: CallBackAgent, plan: DialPlan): Found<Desks> {
    const { agents } = this.parts;
    const agent =
      wanted.by === 'agent'
        ? agents.agent(wanted.agent)
        : agents.atExtension(wanted.member, wanted.extension);
    if (agent !== undefined) return this.#phonesOfAgent(agent);
    const desk = wanted.by === 'extension' ? this.#deskOf(wanted, plan) : [];
    if (desk.length > 0) return { ok: true, value: [desk] };
    return refused(
      'unknown-agent',
      wanted.by === 'agent'
        ? `There is no account "${wanted.agent}"`
        : `Neither an account nor a desk of the dial plan has the extension "${wanted.extension}" at ${wanted.member}`,
    );
  }

  #phonesOfAgent(agent: Agent): Found<Desks> {
    const { agents, queues } = this.parts;
    const state = queues.statuses().find((status) => status.agent.id === agent.id)?.state;
    if (state === 'ringing' || state === 'talking')
      return refused('agent-busy', `${agent.id} is in a call: finish it first`);
    const phones = phonesOf(agent, AGENT_RING_SECONDS, agents);
    if (phones.length === 0) return refused('agent-unreachable', `No phone of ${agent.id} is registered`);
    return { ok: true, value: phones };
  }

  /** A desk behind a member's PBX; only those that the dial plan names, so that nobody dials there what they like. */
  #deskOf({ member, extension }: CallBackAgent & { readonly by: 'extension' }, plan: DialPlan): Branch {
    const desks = plan.members.get(member)?.targets.flatMap((target) => target.desks) ?? [];
    const desk = desks.find((one) => one.kind === 'trunk' && one.number === extension);
    if (desk?.kind !== 'trunk') return [];
    const trunk = plan.trunks.get(desk.trunk);
    if (trunk === undefined || this.#room(trunk) <= 0) return [];
    return trunkWays(trunk, desk, member, this.#isUp);
  }

  #waysTo(number: string, { trunk: cameBy }: CallBackRequest, plan: DialPlan): Found<Branch> {
    const trunks = waysOut(plan.policies.callBack, cameBy).flatMap((id) => plan.trunks.get(id) ?? []);
    const carriers = trunks.filter(({ kind, gateways }) => kind === 'carrier' && gateways.length > 0);
    if (carriers.length === 0)
      return refused('no-way-out', 'The dial plan has no carrier for this (policies, callBack, trunks)');
    const ringSeconds = plan.policies.callBack?.ringSeconds ?? AGENT_RING_SECONDS;
    const ways = carriers
      .filter((trunk) => this.#room(trunk) > 0)
      .flatMap((trunk): readonly Candidate[] =>
        trunkWays(trunk, { number: plan.formatFor(trunk, number), ringSeconds }, null, this.#isUp),
      );
    return ways.length > 0
      ? { ok: true, value: ways }
      : refused('full', 'All lines of the carrier are taken');
  }

  readonly #isUp = (gateway: string): boolean => this.parts.health.isUp(gateway);

  #room({ id, capacity }: Trunk): number {
    return capacity === null ? Number.POSITIVE_INFINITY : capacity - this.parts.occupancy.legsOn(id);
  }
}

function waysOut(policy: CallBackPolicy | null, cameBy: string | null): readonly string[] {
  if (policy === null) return [];
  if (policy.trunks.length > 0) return policy.trunks;
  return cameBy === null ? [] : [cameBy];
}

/** The caller's number where it is one that may be called. */
function callableNumber({ callerNumber }: CallBackRequest, plan: DialPlan): Found<string> {
  const form = callerNumber === null ? undefined : internationalForm(callerNumber, plan.numbering);
  if (callerNumber === null || form === undefined)
    return refused('number-withheld', 'The caller gave no telephone number: there is nothing to call');
  const abroad = !form.startsWith(`+${plan.numbering.country}`);
  if (abroad && plan.policies.callBack?.abroad !== true)
    return refused('number-not-allowed', `${callerNumber} is a number of another country`);
  return { ok: true, value: callerNumber };
}
