/** Who may come in: a call of a trunk or of an agent, or a party that takes the place of another. */
import type { Agent } from '../agents/agent.js';
import type { CallId, LegId } from '../call/call.js';
import type { Routing } from '../call/routing.js';
import type { DialPlan, MemberId, Trunk, TrunkId } from '../dialplan/plan.js';
import type { MediaWay } from '../media/anchor.js';
import { lacksAudio } from '../media/lacks-audio.js';
import { routingToAgent } from './agent-routing.js';
import type { CallBook } from './call-book.js';
import type { CallRunner } from './call-runner.js';
import { admitted } from './carried.js';
import type { EngineParts } from './engine-parts.js';
import type { Figures } from './figures.js';
import { userOf } from './header-values.js';
import type { Occupancy } from './occupancy.js';
import { rejectHeaders } from './reason-headers.js';
import type { Credentials, IncomingInvite } from './signalling.js';

export interface FrontDoorParts
  extends Pick<
    EngineParts,
    'agents' | 'dialPlan' | 'log' | 'maxCalls' | 'media' | 'newCallId' | 'admission'
  > {
  readonly calls: CallBook;
  readonly figures: Figures;
  readonly occupancy: Occupancy;
  routing(plan: DialPlan, way: MediaWay | null): Routing;
  runner(id: CallId, routing: Routing): CallRunner;
  readonly draining: () => boolean;
}

/** Whoever sent an INVITE, once it is known that they may. */
interface Caller {
  readonly trunk: TrunkId | null;
  readonly trunkKind: Trunk['kind'];
  /** Member whose PBX it came from, or whose agent it is; null for a citizen. */
  readonly member: MemberId | null;
  /** Set when the phone is registered with us. */
  readonly agent: Agent | null;
  /** For requests of ours that the caller's side challenges. */
  readonly credentials: Credentials | null;
  readonly number: string | null;
  readonly name: string | null;
}

/** Where a call is to go. */
interface Way {
  readonly member: MemberId | null;
  readonly emergency: boolean;
  readonly routing: Routing;
}

export class FrontDoor {
  constructor(private readonly parts: FrontDoorParts) {}

  onInvite(invite: IncomingInvite): void {
    const { dialPlan, calls, figures, occupancy } = this.parts;
    const plan = dialPlan.current;
    const caller = this.#callerOf(invite, plan);
    if (caller === null) return;
    const noAudio = invite.offer !== null && lacksAudio(invite.offer);
    if (invite.replaces?.leg) {
      // Whoever is replaced goes on with the call.
      if (noAudio) return invite.refuse(488, 'Not Acceptable Here', rejectHeaders(488, 'refused'));
      if (this.#replace(invite, caller, invite.replaces.leg)) return;
    }
    const id = this.parts.newCallId();
    const media = this.parts.media.begin(id);
    const way = this.#wayOf(invite, caller, plan, media);
    const turnAway = way.member !== null && !way.emergency ? this.#turnAway() : null;
    const runner = this.parts.runner(id, way.routing);
    calls.add(runner);
    figures.countCall();
    invite.accept(`${id}-1`, caller.credentials);
    occupancy.started({ leg: `${id}-1`, call: id, member: null, trunk: caller.trunk });
    runner.start({
      planVersion: plan.version,
      dialled: dialledOf(invite.requestUri),
      member: way.member,
      refuse:
        invite.replaces !== null
          ? { status: 481, cause: 'unknown-dialog' }
          : noAudio
            ? { status: 488, cause: 'no-audio' }
            : media === null
              ? { status: 503, cause: 'no-media' }
              : turnAway === null
                ? null
                : { status: 503, cause: turnAway },
      callerNumber: caller.number,
      callerName: caller.name,
      trunk: caller.trunk,
      callerMember: caller.member,
      agent: agentOf(caller),
      carried: admitted(invite.carried, caller.trunkKind),
      peer: peerOf(invite),
      sipCallId: invite.sipCallId,
      offer: invite.offer,
      allowsUpdate: invite.allowsUpdate,
      maxForwards: invite.maxForwards,
    });
  }

  /** Why no call is taken now but emergencies; null when all are. */
  #turnAway(): 'draining' | 'full' | 'overloaded' | null {
    const { draining, calls, maxCalls, admission } = this.parts;
    if (draining()) return 'draining';
    if (calls.size >= maxCalls) return 'full';
    return admission.admitsCall() ? null : 'overloaded';
  }

  /** An INVITE that takes the place of a leg joins the call of that leg. False when that call is over. */
  #replace(invite: IncomingInvite, caller: Caller, replaced: LegId): boolean {
    const { calls, occupancy } = this.parts;
    const runner = calls.ofLeg(replaced);
    if (runner === undefined) return false;
    const leg = runner.newInboundLeg();
    const { member, trunk } = caller;
    invite.accept(leg, caller.credentials);
    occupancy.started({ leg, call: runner.id, member, trunk });
    runner.dispatch({
      type: 'replacing',
      leg,
      replaces: replaced,
      earlyOnly: invite.replaces?.earlyOnly ?? false,
      trunk,
      member,
      peer: peerOf(invite),
      agent: caller.agent?.id ?? caller.number,
      numberDialled: dialledOf(invite.requestUri),
      sipCallId: invite.sipCallId,
      offer: invite.offer,
      allowsUpdate: invite.allowsUpdate,
    });
    return true;
  }

  /** Null when the INVITE was refused. */
  #callerOf(invite: IncomingInvite, plan: DialPlan): Caller | null {
    const { agents, figures, log } = this.parts;
    const { ip, port } = invite.source;
    const trunk = plan.trunkBySource(ip, port);
    const admission = agents.admit(invite.request, trunk !== undefined);
    if (admission.kind === 'agent') return callerOfAgent(admission.agent);
    if (admission.kind === 'refused') {
      const { status, reason, headers } = admission.answer;
      invite.refuse(status, reason, headers);
      return null;
    }
    if (trunk !== undefined) return callerOfTrunk(trunk, invite);
    figures.countRefusedSource();
    log.warn({ ip, port, sipCallId: invite.sipCallId }, 'INVITE from a source that no trunk allows');
    invite.refuse(403, 'Source not allowed');
    return null;
  }

  #wayOf(invite: IncomingInvite, caller: Caller, plan: DialPlan, media: MediaWay | null): Way {
    const { agents } = this.parts;
    const routing = this.parts.routing(plan, media);
    const member = plan.memberByAddress(invite.requestUri);
    if (member !== undefined) return { member: member.id, emergency: member.emergency, routing };
    const colleague =
      caller.agent === null ? undefined : this.#colleague(caller.agent, invite.requestUri, plan);
    if (colleague === undefined) return { member: null, emergency: false, routing };
    return {
      member: colleague.member,
      emergency: false,
      routing: routingToAgent(routing, colleague, agents),
    };
  }

  /** The agent that an agent wants to speak with, where the plan lets them; by name, or by extension of their member. */
  #colleague(caller: Agent, requestUri: string, plan: DialPlan): Agent | undefined {
    if (!plan.policies.agentsCallAgents) return undefined;
    const { agents } = this.parts;
    const dialled = userOf(requestUri) ?? '';
    const found = agents.atExtension(caller.member, dialled) ?? agents.agent(dialled);
    return found !== undefined && found.id !== caller.id && plan.members.has(found.member)
      ? found
      : undefined;
  }
}

function callerOfTrunk(trunk: Trunk, invite: IncomingInvite): Caller {
  return {
    trunk: trunk.id,
    trunkKind: trunk.kind,
    member: trunk.kind === 'member' ? trunk.member : null,
    agent: null,
    credentials: trunk.auth,
    number: invite.callerNumber,
    name: invite.callerName,
  };
}

/** Whatever the phone says of itself. What it carries is taken as from outside: it is in a person's hands. */
function callerOfAgent(agent: Agent): Caller {
  return {
    trunk: null,
    trunkKind: 'carrier',
    member: agent.member,
    agent,
    credentials: null,
    number: agent.extension,
    name: agent.displayName,
  };
}

function agentOf({ agent, member, number }: Caller): string | null {
  return agent?.id ?? (member === null ? null : number);
}

function peerOf({ source: { ip, port, transport } }: IncomingInvite): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}/${transport}`;
}

/** What the caller dialled: the user part of the Request-URI, or all of it when there is none. */
function dialledOf(requestUri: string): string {
  const match = /^(?:sips?|tel):([^@;?>]+)/i.exec(requestUri);
  return match?.[1] ?? requestUri;
}
