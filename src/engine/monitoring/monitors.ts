import type { Agents } from '../../agents/agents.js';
import type { Call, CallId } from '../../call/call.js';
import type { Candidate } from '../../call/candidate.js';
import type { MonitorId, MonitorMode } from '../../call/monitor.js';
import type { JournalledCall, Ledger } from '../../ledger/ledger.js';
import { type CallBook, callOf } from '../call-book.js';
import type { LiveEvents } from '../live-events.js';
import type { EngineLog } from '../log.js';
import type {
  ListenerWish,
  LiveMonitor,
  MonitorOperations,
  OperationResult,
  Refusal,
} from '../operations.js';
import { type PlanRouting, phonesOf } from '../plan-routing.js';
import type { LegEvent } from '../signalling.js';
import { formerMonitor, type JournalledMonitor } from './journalled-monitor.js';
import { MonitorRunner, type MonitorRunnerParts } from './monitor-runner.js';

/** How long the phone of a listener rings, seconds. */
const RING_SECONDS = 30;

export interface MonitorsParts
  extends Omit<MonitorRunnerParts, 'onForget' | 'ledger' | 'callOf' | 'journal' | 'onNews'> {
  readonly calls: Pick<CallBook, 'get'>;
  readonly events: Pick<LiveEvents, 'publish'>;
  readonly ledger: Ledger;
  readonly agents: Pick<Agents, 'agent' | 'contactsOf'>;
  readonly log: EngineLog;
  /** How long a phone may not even ring; milliseconds. */
  readonly noResponseMs: number;
  /** The dial plan in force. */
  routing(): PlanRouting;
  draining(): boolean;
}

type Monitored = OperationResult<{ callId: string; monitorId: string }>;

/** All who listen to calls: at most one a call. A call knows nothing of its listener. */
export class Monitors implements MonitorOperations {
  readonly #all = new Map<MonitorId, MonitorRunner>();
  /** The one who listens to a call, until the listener leaves. */
  readonly #byCall = new Map<CallId, MonitorRunner>();
  readonly #former: (JournalledMonitor & { readonly runner: MonitorRunner })[] = [];
  #made = 0;

  constructor(private readonly parts: MonitorsParts) {}

  async start(callId: string, wish: ListenerWish, by: string): Promise<Monitored> {
    const call = this.#call(callId);
    if (call === null || call.phase.name === 'ending' || call.phase.name === 'ended') return unknown(callId);
    const { media } = this.parts;
    if (this.parts.draining()) return refused('shutting-down', 'The program is stopping');
    if (media.monitoring?.possible(call.id) !== true)
      return refused(
        'mode-unavailable',
        'Listening needs a call whose media passes through rtpengine, and a mixer: see media.anchor and media.mixer',
      );
    if (this.#byCall.has(call.id))
      return refused('already-monitored', 'Somebody listens to this call already');
    const found = this.#listener(wish);
    if (!found.ok) return found;
    this.#made += 1;
    const { callerNumber } = call;
    // The ledger keeps names for ever: those of an earlier run are others.
    const id = `${call.id}-m${this.#made}x${this.parts.clock.now().utc.toString(36)}`;
    const { to, listener } = found.value;
    const asked = {
      id,
      callId: call.id,
      callerNumber,
      by,
      listener,
      to,
      noResponseMs: this.parts.noResponseMs,
    };
    try {
      await MonitorRunner.begin(asked, this.#runnerParts(), this.#logOf(id), (runner) => {
        this.#all.set(id, runner);
        this.#byCall.set(call.id, runner);
      });
    } catch {
      return refused('not-audited', 'The ledger cannot write who listens, so nobody does');
    }
    return { ok: true, value: { callId: call.id, monitorId: id } };
  }

  async change(callId: string, mode: MonitorMode, by: string): Promise<Monitored> {
    const runner = this.#ofCall(callId);
    if (runner === undefined) return notMonitored(callId);
    const { id } = runner.monitor;
    const reply = await runner.ask(mode, by);
    return reply.ok ? { ok: true, value: { callId, monitorId: id } } : refused(reply.code, reply.message);
  }

  stop(callId: string, by: string): Monitored {
    const runner = this.#ofCall(callId);
    if (runner === undefined) return notMonitored(callId);
    runner.dispatch({ type: 'stop-asked', by });
    return { ok: true, value: { callId, monitorId: runner.monitor.id } };
  }

  of(callId: CallId): LiveMonitor | null {
    const runner = this.#byCall.get(callId);
    if (runner === undefined) return null;
    const { id, by, listener, leg, ear, mode } = runner.monitor;
    const leaving = leg.state === 'leaving' || leg.state === 'ended';
    const state = leaving ? 'ending' : ear === 'open' ? 'listening' : 'calling';
    return { id, startedAt: leg.startedAt.utc, requestedBy: by, listener, state, mode };
  }

  /** A call is in this state now. */
  see({ id, phase }: Call): void {
    if (phase.name !== 'ending' && phase.name !== 'ended') return;
    this.#byCall.get(id)?.dispatch({ type: 'call-over' });
  }

  /** A call has become part of another; who listens to it hears that, unless somebody does so already. */
  absorbed(other: CallId, into: CallId): void {
    const runner = this.#byCall.get(other);
    if (runner === undefined) return;
    if (this.#byCall.has(into)) return runner.dispatch({ type: 'call-over' });
    this.#byCall.delete(other);
    this.#byCall.set(into, runner);
    runner.dispatch({ type: 'call-joined', into });
  }

  /** The parties were moved: nobody hears the listener. */
  modeReset(callId: CallId): void {
    this.#byCall.get(callId)?.dispatch({ type: 'mode-reset' });
  }

  /** By the id of the call, or of the listener, whose own media may be lost as well. */
  mediaLost(id: CallId | MonitorId): void {
    (this.#byCall.get(id) ?? this.#all.get(id))?.dispatch({ type: 'media-lost' });
  }

  /** True when the event is one of a listener's leg; nobody else need look at it then. */
  onLegEvent(event: LegEvent): boolean {
    const leg = event.type === 'attended' ? event.asker : event.leg;
    const runner = this.#all.get(callOf(leg));
    if (runner === undefined) return false;
    switch (event.type) {
      case 'sent':
      case 'answered':
      case 'failed':
      case 'hung-up':
      case 'acked':
      case 'bye-answered':
      case 'provisional':
      case 'offered':
        runner.dispatch(event);
        break;
      case 'referred':
      case 'attended':
        runner.dispatch({ type: 'steered', leg, request: event.request, status: 403 });
        break;
      case 'info':
        runner.dispatch({ type: 'steered', leg, request: event.request, status: 480 });
        break;
      case 'keyed':
        if (event.request !== null)
          runner.dispatch({ type: 'steered', leg, request: event.request, status: 200 });
        break;
      default:
        // Answers to requests that are made of calls only.
        break;
    }
    return true;
  }

  /** The program stops: who listens still is let go by the next start. */
  halt(): void {
    for (const runner of this.#all.values()) runner.halt();
  }

  /** Before the link to the SIP server is up: legs of before a restart. Gives what is left for calls. */
  prepare(left: readonly JournalledCall[]): readonly JournalledCall[] {
    return left.filter(({ snapshot }) => {
      const former = formerMonitor(snapshot);
      if (former === null) return true;
      const { monitor, kept } = former;
      const runner = MonitorRunner.resumed(monitor, this.#runnerParts(), this.#logOf(monitor.id));
      this.#all.set(monitor.id, runner);
      this.#former.push({ ...former, runner });
      const account = monitor.leg.trunk === null ? undefined : this.parts.trunk(monitor.leg.trunk)?.auth;
      if (kept.leg?.answered === true)
        this.parts.signalling.resume(monitor.leg.id, kept.leg, account ?? null);
      return false;
    });
  }

  /** The link is up: nobody listens any more who did before the restart. */
  goOn(): void {
    for (const { runner, monitor, kept } of this.#former.splice(0)) {
      // Made known to media only to be taken away there.
      void this.parts.media.resume(monitor.id, kept.media).catch(() => false);
      runner.dispatch({ type: 'recovered' });
    }
  }

  #ofCall(callId: CallId): MonitorRunner | undefined {
    return this.#byCall.get(this.#call(callId)?.id ?? callId);
  }

  #call(callId: CallId): Call | null {
    return this.parts.calls.get(callId)?.call ?? null;
  }

  #listener(wish: ListenerWish): OperationResult<{ to: Candidate; listener: string }> {
    const { agents } = this.parts;
    if ('agent' in wish) {
      const agent = agents.agent(wish.agent);
      if (agent === undefined) return refused('unknown-listener', `There is no agent ${wish.agent}`);
      const [phone] = phonesOf(agent, RING_SECONDS, agents);
      return reached(phone?.[0], `agent ${agent.id}`);
    }
    const { member, extension } = wish;
    const routing = this.parts.routing();
    if (routing.member(member) === undefined)
      return refused('unknown-listener', `There is no member ${member}`);
    const [way] = routing.desk(member, extension, RING_SECONDS);
    return reached(way?.[0], `extension ${extension} of ${member}`);
  }

  #runnerParts(): MonitorRunnerParts {
    return {
      ...this.parts,
      callOf: (callId) => this.#call(callId),
      journal: (callId) => this.parts.calls.get(callId)?.journal(),
      onNews: ({ event: type, detail }, { callId, leg }) =>
        this.parts.events.publish({ type, callId, legId: leg.id, transferId: null, detail }),
      onForget: ({ id, callId }) => {
        const runner = this.#all.get(id);
        this.#all.delete(id);
        if (this.#byCall.get(callId) === runner) this.#byCall.delete(callId);
      },
    };
  }

  #logOf(monitor: MonitorId): EngineLog {
    return this.parts.log.child({ monitor });
  }
}

function reached(
  to: Candidate | undefined,
  listener: string,
): OperationResult<{ to: Candidate; listener: string }> {
  if (to === undefined) return refused('listener-unreachable', `No phone of ${listener} can be called now`);
  return { ok: true, value: { to, listener } };
}

function unknown(callId: string): Monitored {
  return refused('unknown-call', `There is no live call ${callId}`);
}

function notMonitored(callId: string): Monitored {
  return refused('not-monitored', `Nobody listens to a live call ${callId}`);
}

function refused(code: Refusal['code'], message: string): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, message } };
}
