import type { Agents } from '../agents/agents.js';
import type { AgentChange, AgentStatus, AgentWish, WaiterView } from '../agents/queue-types.js';
import type { Call, CallId, LegId } from '../call/call.js';
import type { CallNews, RequestResult } from '../call/command.js';
import type { Routing } from '../call/routing.js';
import type { DialPlanHolder } from '../dialplan/holder.js';
import type { DialPlan, Trunk } from '../dialplan/plan.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MediaAnchor, MediaWay } from '../media/anchor.js';
import { lacksAudio } from '../media/lacks-audio.js';
import { CallBook } from './call-book.js';
import { CallRunner } from './call-runner.js';
import { admitted } from './carried.js';
import type { EngineClock } from './clock.js';
import { Figures } from './figures.js';
import { GatewayHealth } from './gateway-health.js';
import { LiveCalls } from './live-calls.js';
import { LiveEvents } from './live-events.js';
import type { EngineLog } from './log.js';
import { MediaReports } from './media-reports.js';
import { Occupancy } from './occupancy.js';
import type {
  EngineFigures,
  LiveAlert,
  LiveCall,
  LiveEvent,
  LiveScreenPop,
  LocatedCall,
  OperationResult,
  Operations,
  PartyQuery,
  ReloadResult,
  TransferAction,
  TransferRequest,
} from './operations.js';
import { PlanRouting, type WaitingTimes } from './plan-routing.js';
import { QueueDesk } from './queue-desk.js';
import { rejectHeaders } from './reason-headers.js';
import { type RecordingKeeping, Recordings } from './recording/recordings.js';
import { Recovery } from './recovery.js';
import type { RunnerParts } from './runner-parts.js';
import type { IncomingInvite, LegEvent, Signalling } from './signalling.js';

export interface EngineParts extends RecordingKeeping {
  readonly clock: EngineClock;
  readonly signalling: Signalling;
  readonly media: MediaAnchor;
  readonly ledger: Ledger;
  readonly dialPlan: DialPlanHolder;
  readonly agents: Agents;
  readonly log: EngineLog;
  readonly random: () => number;
  /** A new call id: letters and digits only, sorting by time. */
  readonly newCallId: () => CallId;
  readonly maxCalls: number;
  readonly times: WaitingTimes;
  /** URL that a target's desk can open to see a transfer or call, `withheld` without who calls; null: none. */
  readonly screenPopUrl: (id: string, withheld: boolean) => string | null;
}

/** All calls: takes them in at the door, keeps them running, and answers for them. */
export class Engine implements Operations {
  readonly #calls = new CallBook();
  readonly #figures = new Figures();
  readonly #occupancy = new Occupancy();
  readonly #events: LiveEvents;
  /** For the media server to tell what it sees. */
  readonly mediaReports: MediaReports;
  readonly #live: LiveCalls;
  readonly recordings: Recordings;
  readonly #health: GatewayHealth;
  readonly #runnerParts: RunnerParts;
  readonly #queues: QueueDesk;
  readonly #recovery: Recovery;
  #linkUp = false;
  #draining = false;
  /** Changes of agents' states since the start: names of their records. */
  #changes = 0;
  #whenEmpty: (() => void) | null = null;

  constructor(private readonly parts: EngineParts) {
    const { clock, signalling, log } = parts;
    this.#events = new LiveEvents(() => clock.now().utc);
    this.mediaReports = new MediaReports(this.#calls, this.#events, log);
    this.recordings = new Recordings(parts, this.#events);
    this.#live = new LiveCalls(this.#calls, this.#events.alerts, (id) => this.recordings.of(id));
    this.#health = new GatewayHealth({
      clock,
      ask: (uri) => signalling.options(uri),
      onChange: (id, up, status) => this.#gatewayChanged(id, up, status),
    });
    this.#runnerParts = {
      clock,
      signalling,
      media: parts.media,
      ledger: parts.ledger,
      random: parts.random,
      occupancy: this.#occupancy,
      // Numbers are written as the plan in force says; a trunk that a reload removed changes nothing on the wire.
      trunk: (id) => parts.dialPlan.current.trunks.get(id),
      formatNumber: (trunk, number) =>
        trunk === undefined ? number : parts.dialPlan.current.formatFor(trunk, number),
      screenPopUrl: parts.screenPopUrl,
      onNews: (callId, news) => this.#publish(callId, news),
      onRecord: (record) => this.#figures.count(record),
      onCommand: (call, command) => this.#queues.onCommand(call, command),
      onUnexpected: () => this.#figures.countUnexpected(),
      callOf: (leg) => this.#calls.ofLeg(leg)?.call ?? null,
      absorb: (other, into) => {
        this.recordings.absorbed(other, into.id);
        return this.#calls.absorb(other, into);
      },
      onState: (call) => this.recordings.see(call),
      onForget: (callId) => this.#forget(callId),
    };
    this.#queues = new QueueDesk({
      clock,
      agents: parts.agents,
      plan: () => parts.dialPlan.current,
      tell: (call, says) => this.#calls.get(call)?.dispatch(says),
      onChange: (change) => this.#agentChanged(change),
      onQueue: ({ type, callId, ...detail }) =>
        this.#events.publish({ type, callId, legId: null, transferId: null, detail }),
    });
    this.#recovery = new Recovery({
      ...this.#runnerParts,
      log,
      calls: this.#calls,
      routing: (media) => this.#routing(parts.dialPlan.current, parts.media.wayOf(media)),
      runner: (id, routing) => this.#runner(id, routing),
      onResume: (call) => this.#queues.resume(call),
    });
    parts.dialPlan.onChange((plan) => this.#health.watch(plan));
    log.debug({ media: parts.media.kind }, 'engine made');
  }

  /** Go on with the calls of before a restart, then take new ones. Rejects when the SIP server cannot be reached. */
  async start(): Promise<void> {
    await this.#recovery.prepare();
    await this.parts.signalling.connect({
      onInvite: (invite) => this.#onInvite(invite),
      onLegEvent: (event) => this.#onLegEvent(event),
      onHeardAgain: (leg) => this.#recovery.onHeardAgain(leg),
      onLink: (up, detail) => {
        this.#linkUp = up;
        this.parts.log.warn({ up, detail }, 'link to the SIP server');
      },
      knowsSource: (ip, port) => this.parts.dialPlan.current.trunkBySource(ip, port) !== undefined,
    });
    this.#linkUp = true;
    await this.#recovery.goOn();
    this.#health.watch(this.parts.dialPlan.current);
  }

  /** Take no new calls but emergencies; resolves when the last call is over or after `ms`, to the calls left. */
  async drain(ms: number): Promise<number> {
    this.#draining = true;
    if (this.#calls.size > 0 && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.parts.clock.after(ms, resolve);
        this.#whenEmpty = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    this.#health.stop();
    this.#queues.stop();
    return this.#calls.size;
  }

  #onInvite(invite: IncomingInvite): void {
    const { dialPlan, log, maxCalls } = this.parts;
    const plan = dialPlan.current;
    const { ip, port } = invite.source;
    const trunk = plan.trunkBySource(ip, port);
    if (trunk === undefined) {
      this.#figures.countRefusedSource();
      log.warn({ ip, port, sipCallId: invite.sipCallId }, 'INVITE from a source that no trunk allows');
      return invite.refuse(403, 'Source not allowed');
    }
    const noAudio = invite.offer !== null && lacksAudio(invite.offer);
    if (invite.replaces?.leg) {
      // Whoever is replaced goes on with the call.
      if (noAudio) return invite.refuse(488, 'Not Acceptable Here', rejectHeaders(488, 'refused'));
      if (this.#replace(invite, trunk, invite.replaces.leg)) return;
    }
    const member = plan.memberByAddress(invite.requestUri);
    const full = this.#calls.size >= maxCalls;
    const turnAway = member !== undefined && !member.emergency && (this.#draining || full);
    const id = this.parts.newCallId();
    const way = this.parts.media.begin(id);
    const runner = this.#runner(id, this.#routing(plan, way));
    this.#calls.add(runner);
    this.#figures.countCall();
    invite.accept(`${id}-1`, trunk.auth);
    this.#occupancy.started({ leg: `${id}-1`, call: id, member: null, trunk: trunk.id });
    runner.start({
      planVersion: plan.version,
      dialled: dialledOf(invite.requestUri),
      member: member?.id ?? null,
      refuse:
        invite.replaces !== null
          ? { status: 481, cause: 'unknown-dialog' }
          : noAudio
            ? { status: 488, cause: 'no-audio' }
            : way === null
              ? { status: 503, cause: 'no-media' }
              : turnAway
                ? { status: 503, cause: this.#draining ? 'draining' : 'full' }
                : null,
      callerNumber: invite.callerNumber,
      callerName: invite.callerName,
      trunk: trunk.id,
      callerMember: trunk.kind === 'member' ? trunk.member : null,
      agent: trunk.kind === 'member' ? invite.callerNumber : null,
      carried: admitted(invite.carried, trunk.kind),
      peer: peerOf(invite),
      sipCallId: invite.sipCallId,
      offer: invite.offer,
      allowsUpdate: invite.allowsUpdate,
      maxForwards: invite.maxForwards,
    });
  }

  #routing(plan: DialPlan, way: MediaWay | null): PlanRouting {
    return new PlanRouting(plan, {
      isUp: (gateway) => this.#health.isUp(gateway),
      occupancy: this.#occupancy,
      agents: this.parts.agents,
      random: this.parts.random,
      times: this.parts.times,
      anchored: way === 'anchored',
      canMix: () => way === 'anchored' && this.parts.media.can.conference,
    });
  }

  #runner(id: CallId, routing: Routing): CallRunner {
    return new CallRunner(id, routing, this.#runnerParts, this.parts.log.child({ call: id }));
  }

  /** An INVITE that takes the place of a leg joins the call of that leg. False when that call is over. */
  #replace(invite: IncomingInvite, trunk: Trunk, replaced: LegId): boolean {
    const runner = this.#calls.ofLeg(replaced);
    if (runner === undefined) return false;
    const leg = runner.newInboundLeg();
    const member = trunk.kind === 'member' ? trunk.member : null;
    invite.accept(leg, trunk.auth);
    this.#occupancy.started({ leg, call: runner.id, member, trunk: trunk.id });
    runner.dispatch({
      type: 'replacing',
      leg,
      replaces: replaced,
      earlyOnly: invite.replaces?.earlyOnly ?? false,
      trunk: trunk.id,
      member,
      peer: peerOf(invite),
      agent: invite.callerNumber,
      numberDialled: dialledOf(invite.requestUri),
      sipCallId: invite.sipCallId,
      offer: invite.offer,
      allowsUpdate: invite.allowsUpdate,
    });
    return true;
  }

  #onLegEvent(event: LegEvent): void {
    if (event.type === 'attended') return this.#onAttended(event);
    const runner = this.#calls.ofLeg(event.leg);
    if (runner === undefined) {
      this.parts.log.debug({ leg: event.leg, event: event.type }, 'event of a call that is over');
      return;
    }
    runner.dispatch(event);
  }

  /** A REFER that joins two calls is a matter of the one whose caller is no agent, else of the one that it came on. */
  #onAttended(event: Extract<LegEvent, { type: 'attended' }>): void {
    const own = this.#calls.ofLeg(event.asker);
    const other = this.#calls.ofLeg(event.named);
    if (own === undefined) return;
    if (other === undefined || own === other) {
      const { asker: leg, request, cseq, referredBy, subscribes } = event;
      const why =
        other === undefined ? 'The replaced call is over' : 'Replaces names the call that the REFER is in';
      const referTo = { ok: false, status: 403, code: 'unknown-dialog', why } as const;
      return own.dispatch({ type: 'referred', leg, request, cseq, referTo, referredBy, subscribes });
    }
    const main = isOfAgent(own.call) && !isOfAgent(other.call) ? other : own;
    main.dispatch({ ...event, other: null });
  }

  #publish(callId: CallId, news: CallNews): void {
    this.#events.publish({ callId, ...news });
    const { type, legId, transferId, detail } = news;
    this.parts.log.info(
      { call: callId, leg: legId ?? undefined, transfer: transferId ?? undefined, ...detail },
      type,
    );
  }

  #gatewayChanged(gateway: string, up: boolean, status: number): void {
    this.parts.log.warn({ gateway, up, status }, up ? 'gateway is up' : 'gateway is down');
    this.#events.publish({
      type: up ? 'gateway-up' : 'gateway-down',
      callId: null,
      legId: null,
      transferId: null,
      detail: { gateway, status },
    });
  }

  /** Everybody who looks at the agents sees it, and the ledger keeps who changed what. */
  #agentChanged({ agent, member, from, to, reason, by, callId, at }: AgentChange): void {
    const detail = { agent, member, from, to, reason, by };
    this.#events.publish({ type: 'agent-state', callId, legId: null, transferId: null, detail });
    this.#changes += 1;
    this.parts.ledger.append([
      {
        kind: 'audit',
        id: `${agent}-${at}-${this.#changes}`,
        doneAt: at,
        actor: by,
        action: 'agent-state',
        subject: agent,
        callId,
        detail: `${from} > ${to}: ${reason}`,
      },
    ]);
  }

  #forget(callId: CallId): void {
    this.#calls.forget(callId);
    if (this.#calls.size === 0) this.#whenEmpty?.();
  }

  // --- Operations --------------------------------------------------------------------------------------

  ready(): boolean {
    return this.#linkUp && !this.#draining;
  }

  /** Why calls are not taken, while `ready` is false. */
  notReadyReason(): string {
    return this.#draining ? 'the program is stopping' : 'there is no connection to the SIP server';
  }

  liveCalls(): readonly LiveCall[] {
    return this.#live.all();
  }

  liveCall(id: string): LiveCall | undefined {
    return this.#live.one(id);
  }

  screenPop(id: string): LiveScreenPop | undefined {
    return this.#live.screenPop(id);
  }

  liveAlerts(): readonly LiveAlert[] {
    return this.#live.raised();
  }

  locate(party: PartyQuery, purpose: 'transfer' | 'control'): OperationResult<LocatedCall> {
    return this.#live.locate(party, purpose);
  }

  async transfer(callId: string, request: TransferRequest): Promise<OperationResult<{ transferId: string }>> {
    const { to, mode, matter, note, transferorLeg } = request;
    // Numbers and keys are resolved by the core; an operator may also name the member itself.
    const address = this.parts.dialPlan.current.members.get(to)?.numbers[0] ?? to;
    const result = await this.#ask(callId, {
      type: 'transfer-requested',
      trigger: 'api',
      mode,
      to: address,
      matter: matter ?? null,
      note: note ?? null,
      transferor: transferorLeg ?? null,
    });
    if (!result.ok) return { ok: false, refusal: { code: result.code, message: result.message } };
    return { ok: true, value: { transferId: result.transferId ?? '' } };
  }

  async controlTransfer(
    callId: string,
    action: TransferAction,
  ): Promise<OperationResult<{ transferId: string }>> {
    const result = await this.#ask(callId, { type: 'control-requested', action });
    if (!result.ok) return { ok: false, refusal: { code: result.code, message: result.message } };
    return { ok: true, value: { transferId: result.transferId ?? '' } };
  }

  async hangUp(callId: string): Promise<OperationResult<{ callId: string }>> {
    const result = await this.#ask(callId, { type: 'hang-up-requested' });
    if (!result.ok) return { ok: false, refusal: { code: result.code, message: result.message } };
    return { ok: true, value: { callId } };
  }

  async #ask(
    callId: string,
    event: Parameters<CallRunner['ask']>[0],
  ): Promise<RequestResult | { ok: false; code: 'unknown-call'; message: string }> {
    const runner = this.#calls.get(callId);
    if (runner === undefined)
      return { ok: false, code: 'unknown-call', message: `There is no live call ${callId}` };
    return runner.ask(event);
  }

  agentStatuses(): readonly AgentStatus[] {
    return this.#queues.statuses();
  }

  waitingCallers(): readonly WaiterView[] {
    return this.#queues.waiting();
  }

  askAgentState(agent: string, wish: AgentWish, by: string): 'done' | 'unknown-agent' | 'unreachable' {
    return this.#queues.ask(agent, wish, by);
  }

  async noteCalledBack(callId: string, by: string, note: string | null): Promise<void> {
    const { clock, ledger } = this.parts;
    const doneAt = clock.now().utc;
    const id = `${callId}-called-back-${doneAt}`;
    ledger.append([
      { kind: 'audit', id, doneAt, actor: by, action: 'called-back', subject: callId, callId, detail: note },
    ]);
    await ledger.flush();
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  async reloadDialPlan(): Promise<ReloadResult> {
    const result = await this.parts.dialPlan.reload();
    if (result.ok) this.parts.log.info({ version: result.version }, 'dial plan loaded');
    else this.parts.log.error({ faults: result.faults }, 'dial plan refused; the old one stays in force');
    this.#events.publish({
      type: result.ok ? 'dialplan-reloaded' : 'dialplan-refused',
      callId: null,
      legId: null,
      transferId: null,
      detail: { version: result.version, faults: result.faults.length },
    });
    return result;
  }

  figures(): EngineFigures {
    const gatewaysUp = this.#health.states();
    return this.#figures.with({ ...this.#live.gauges(), ...this.recordings.figures(), gatewaysUp });
  }
}

/** The call was made by an agent, not by a citizen. */
function isOfAgent(call: Call | null): boolean {
  return call?.legs[call.callerLeg]?.mayTransfer === true;
}

function peerOf({ source: { ip, port, transport } }: IncomingInvite): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${port}/${transport}`;
}

/** What the caller dialled: the user part of the Request-URI, or all of it when there is none. */
function dialledOf(requestUri: string): string {
  const match = /^(?:sips?|tel):([^@;?>]+)/i.exec(requestUri);
  return match?.[1] ?? requestUri;
}
