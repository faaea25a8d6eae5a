import type { AgentStatus, AgentWish, WaiterView } from '../agents/queue-types.js';
import type { CallId } from '../call/call.js';
import type { CallNews, RequestResult } from '../call/command.js';
import type { Routing } from '../call/routing.js';
import type { DialPlan } from '../dialplan/plan.js';
import type { MediaWay } from '../media/anchor.js';
import { AgentAudit } from './agent-audit.js';
import { bringAttended } from './attended-event.js';
import { CallBacks } from './call-backs.js';
import { CallBook } from './call-book.js';
import { CallRunner } from './call-runner.js';
import type { EngineParts } from './engine-parts.js';
import { Figures } from './figures.js';
import { FrontDoor } from './front-door.js';
import { GatewayHealth } from './gateway-health.js';
import { LiveCalls } from './live-calls.js';
import { LiveEvents } from './live-events.js';
import { MediaReports } from './media-reports.js';
import { Monitors } from './monitoring/monitors.js';
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
  ReloadResult,
  TransferAction,
  TransferRequest,
} from './operations.js';
import { PhoneCalls } from './phone-calls.js';
import { PlanRouting } from './plan-routing.js';
import { QueueDesk } from './queue-desk.js';
import { Recordings } from './recording/recordings.js';
import { Recovery } from './recovery.js';
import type { RunnerParts } from './runner-parts.js';
import type { LegEvent } from './signalling.js';
import { transferAnswer } from './transfer-answer.js';

type Asked = Parameters<CallRunner['ask']>[0];

/** All calls: takes them in at the door, keeps them running, and answers for them. */
export class Engine implements Operations {
  readonly #calls = new CallBook();
  readonly #figures = new Figures();
  readonly #occupancy = new Occupancy();
  readonly events: LiveEvents;
  /** For the media server to tell what it sees. */
  readonly mediaReports: MediaReports;
  readonly #live: LiveCalls;
  readonly #audit: AgentAudit;
  readonly recordings: Recordings;
  readonly monitors: Monitors;
  readonly callBacks: CallBacks;
  readonly #health: GatewayHealth;
  readonly #runnerParts: RunnerParts<CallRunner>;
  readonly #queues: QueueDesk;
  readonly #recovery: Recovery;
  readonly #door: FrontDoor;
  readonly #phones: PhoneCalls;
  #linkUp = false;
  #draining = false;
  #whenEmpty: (() => void) | null = null;

  constructor(private readonly parts: EngineParts) {
    const { clock, signalling, log } = parts;
    this.#phones = new PhoneCalls(parts.agents, this.#calls);
    this.events = new LiveEvents(() => clock.now().utc);
    this.recordings = new Recordings(parts, this.events);
    this.#audit = new AgentAudit(parts.ledger, this.events);
    this.#live = new LiveCalls(
      this.#calls,
      this.events.alerts,
      (id) => this.recordings.of(id),
      (id) => this.monitors.of(id),
    );
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
      toldLanguage: (call) => this.#queues.toldLanguage(call),
      onNews: (callId, news) => this.#publish(callId, news),
      onRecord: (record) => this.#figures.count(record),
      onCommand: (call, command) => {
        this.#phones.onCommand(command);
        this.#queues.onCommand(call, command);
      },
      onUnexpected: () => this.#figures.countUnexpected(),
      callOf: (leg) => this.#calls.ofLeg(leg)?.call ?? null,
      absorb: (other, into) => {
        this.recordings.absorbed(other, into.id);
        this.monitors.absorbed(other, into.id);
        return this.#calls.absorb(other, into);
      },
      onState: (call) => {
        this.recordings.see(call);
        this.monitors.see(call);
      },
      onForget: (callId) => this.#forget(callId),
    };
    this.monitors = new Monitors({
      ...this.#runnerParts,
      agents: parts.agents,
      log,
      noResponseMs: parts.times.noResponseMs,
      routing: () => this.#routing(parts.dialPlan.current, 'anchored'),
      draining: () => this.#draining,
      calls: this.#calls,
      events: this.events,
    });
    this.mediaReports = new MediaReports(this.#calls, this.events, log, this.monitors);
    this.#queues = new QueueDesk({
      clock,
      agents: parts.agents,
      plan: () => parts.dialPlan.current,
      tell: (call, says) => this.#calls.get(call)?.dispatch(says),
      onChange: (change) => this.#audit.stateChanged(change),
      onQueue: ({ type, callId, ...detail }) =>
        this.events.publish({ type, callId, legId: null, transferId: null, detail }),
    });
    const entrance = {
      ...parts,
      calls: this.#calls,
      figures: this.#figures,
      occupancy: this.#occupancy,
      routing: (plan: DialPlan, way: MediaWay | null) => this.#routing(plan, way),
      runner: (id: CallId, routing: Routing) => this.#runner(id, routing),
      draining: () => this.#draining,
    };
    this.#recovery = new Recovery({
      ...this.#runnerParts,
      ...entrance,
      routing: (media) => this.#routing(parts.dialPlan.current, parts.media.wayOf(media)),
      onResume: (call, kept) => this.#queues.resume(call, kept.language),
    });
    this.#door = new FrontDoor(entrance);
    this.callBacks = new CallBacks({ ...entrance, health: this.#health, queues: this.#queues });
    parts.agents.onNews((news) =>
      this.events.publish({ ...news, callId: null, legId: null, transferId: null }),
    );
    parts.dialPlan.onChange((plan) => this.#health.watch(plan));
    log.debug({ media: parts.media.kind }, 'engine made');
  }

  /** Go on with the calls of before a restart, then take new ones. Rejects when the SIP server cannot be reached. */
  async start(): Promise<void> {
    await this.#recovery.prepare(this.monitors.prepare(this.parts.ledger.leftOpen()));
    await this.parts.signalling.connect({
      onInvite: (invite) => this.#door.onInvite(invite),
      onRegister: (request) => this.parts.agents.register(request),
      onLegEvent: (event) => this.#onLegEvent(event),
      onHeardAgain: (leg) => this.#recovery.onHeardAgain(leg),
      onLink: (up, detail) => {
        this.#linkUp = up;
        this.parts.log.warn({ up, detail }, 'link to the SIP server');
      },
      knowsSource: (ip, port) =>
        this.parts.dialPlan.current.trunkBySource(ip, port) !== undefined ||
        this.parts.agents.isPhone({ host: ip, port }),
    });
    this.#linkUp = true;
    this.monitors.goOn();
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
    for (const one of [...this.#calls.all(), this.monitors]) one.halt();
    return this.#calls.size;
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

  #onLegEvent(event: LegEvent): void {
    this.#phones.onLegEvent(event);
    if (this.monitors.onLegEvent(event)) return;
    if (event.type === 'attended') return bringAttended(event, this.#calls);
    const runner = this.#calls.ofLeg(event.leg);
    if (runner === undefined) {
      this.parts.log.debug({ leg: event.leg, event: event.type }, 'event of a call that is over');
      return;
    }
    runner.dispatch(event);
  }

  #publish(callId: CallId, news: CallNews): void {
    this.events.publish({ callId, ...news });
    const { type, legId, transferId, detail } = news;
    this.parts.log.info(
      { call: callId, leg: legId ?? undefined, transfer: transferId ?? undefined, ...detail },
      type,
    );
  }

  #gatewayChanged(gateway: string, up: boolean, status: number): void {
    this.parts.log.warn({ gateway, up, status }, up ? 'gateway is up' : 'gateway is down');
    this.events.publish({
      type: up ? 'gateway-up' : 'gateway-down',
      callId: null,
      legId: null,
      transferId: null,
      detail: { gateway, status },
    });
  }

  #forget(callId: CallId): void {
    this.#calls.forget(callId);
    if (this.#calls.size === 0) this.#whenEmpty?.();
  }

  // --- Operations --------------------------------------------------------------------------------------

  ready(): boolean {
    return this.#linkUp && !this.#draining && this.parts.media.takesCalls();
  }

  /** Why calls are not taken, while `ready` is false. */
  notReadyReason(): string {
    if (this.#draining) return 'the program is stopping';
    return this.#linkUp ? 'no media server answers' : 'there is no connection to the SIP server';
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

  locate(...[party, purpose, sees]: Parameters<Operations['locate']>): OperationResult<LocatedCall> {
    const found = this.#live.locate(party, purpose, sees);
    if (found.ok || found.refusal.code !== 'unknown-call' || party.by !== 'extension') return found;
    // Of a call that an agent of ours made we know who, not from which desk.
    const { member, value } = party;
    const [agent, ...others] = this.parts.agents
      .agents()
      .filter((one) => one.extension === value && (member === undefined || one.member === member));
    if (agent === undefined || others.length > 0) return found;
    return this.#live.locate({ by: 'agent', value: agent.id, member: agent.member }, purpose, sees);
  }

  async transfer(callId: string, request: TransferRequest): Promise<OperationResult<{ transferId: string }>> {
    const { to, mode, trigger = 'api', matter, note, language, transferorLeg } = request;
    if (language !== undefined && this.#calls.get(callId)) this.#queues.speaks(callId, language);
    // Numbers and keys are resolved by the core; an operator may also name the member itself.
    const address = this.parts.dialPlan.current.members.get(to)?.numbers[0] ?? to;
    const result = await this.#ask(callId, {
      type: 'transfer-requested',
      trigger,
      mode,
      to: address,
      matter: matter ?? null,
      note: note ?? null,
      transferor: transferorLeg ?? null,
    });
    return transferAnswer(result);
  }

  async controlTransfer(
    callId: string,
    action: TransferAction,
  ): Promise<OperationResult<{ transferId: string }>> {
    return transferAnswer(await this.#ask(callId, { type: 'control-requested', action }));
  }

  async hangUp(callId: string): Promise<OperationResult<{ callId: string }>> {
    return this.#order(callId, { type: 'hang-up-requested' });
  }

  async putDown(callId: string, legId: string): Promise<OperationResult<{ callId: string }>> {
    return this.#order(callId, { type: 'put-down-requested', desk: legId });
  }

  async #order(callId: string, event: Asked): Promise<OperationResult<{ callId: string }>> {
    const result = await this.#ask(callId, event);
    if (!result.ok) return { ok: false, refusal: { code: result.code, message: result.message } };
    return { ok: true, value: { callId } };
  }

  async #ask(
    callId: string,
    event: Asked,
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
    await this.#audit.calledBack(callId, by, note, this.parts.clock.now().utc);
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    return this.events.subscribe(listener);
  }

  async reloadDialPlan(): Promise<ReloadResult> {
    const result = await this.parts.dialPlan.reload();
    if (result.ok) this.parts.log.info({ version: result.version }, 'dial plan loaded');
    else this.parts.log.error({ faults: result.faults }, 'dial plan refused; the old one stays in force');
    this.events.publish({
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
    const admittedShare = this.parts.admission.share;
    const gauges = this.#live.gauges();
    return this.#figures.with({ ...gauges, ...this.recordings.figures(), admittedShare, gatewaysUp });
  }
}

export type { EngineParts };
