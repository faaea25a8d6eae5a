import type { Call } from '../../call/call.js';
import type { Monitor, MonitorCommand, MonitorEvent, MonitorReply, MonitorStep } from '../../call/monitor.js';
import { beginMonitor, type MonitorAsked, stepMonitor } from '../../call/monitor-step.js';
import type { Trunk } from '../../dialplan/plan.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { LedgerRecord } from '../../ledger/records.js';
import type { Awaitable, MediaAnchor } from '../../media/anchor.js';
import { CallTimers } from '../call-timers.js';
import type { EngineClock } from '../clock.js';
import type { EngineLog } from '../log.js';
import { profileOf } from '../media-profile.js';
import type { Occupancy } from '../occupancy.js';
import { Outbox } from '../outbox.js';
import { reasonHeader } from '../reason-headers.js';
import { conversationOf } from '../recording/conversation.js';
import type { Signalling } from '../signalling.js';
import { journalledMonitor } from './journalled-monitor.js';
import { listenerInvitation } from './listener-invitation.js';

export interface MonitorRunnerParts {
  readonly clock: EngineClock;
  readonly signalling: Signalling;
  readonly media: MediaAnchor;
  readonly ledger: Pick<Ledger, 'journal' | 'append' | 'flush'>;
  readonly occupancy: Pick<Occupancy, 'started' | 'ended'>;
  readonly random: () => number;
  trunk(id: string): Trunk | undefined;
  formatNumber(trunk: Trunk | undefined, number: string): string;
  /** The call that is listened to; null when it is over. */
  callOf(callId: string): Call | null;
  /** Journal this call as it is now, with what media keeps of it. */
  journal(callId: string): void;
  onNews(news: Extract<MonitorCommand, { type: 'publish' }>, monitor: Monitor): void;
  onUnexpected(callId: string, event: string): void;
  onForget(monitor: Monitor): void;
}

type Untimed = MonitorEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/** One listener: its mailbox, timers, and the commands on their way out, in their order. */
export class MonitorRunner {
  readonly #timers: CallTimers;
  readonly #outbox: Outbox<MonitorCommand>;
  readonly #replies = new Map<number, (reply: MonitorReply) => void>();
  #tickets = 0;
  #monitor: Monitor;
  #over = false;

  private constructor(
    monitor: Monitor,
    private readonly parts: MonitorRunnerParts,
    private readonly log: EngineLog,
  ) {
    this.#monitor = monitor;
    this.#outbox = new Outbox({
      carryOut: (command) => this.#carryOut(command),
      onFailure: (command, err) => this.#failed(command, err),
      onEmpty: () => {
        if (!this.#over) this.#journal();
      },
    });
    this.#timers = new CallTimers(parts.clock, parts.random, (timer) =>
      // Of the timers of calls, a monitor starts these alone.
      this.dispatch({ type: 'timer', timer: timer as Extract<MonitorEvent, { type: 'timer' }>['timer'] }),
    );
  }

  /** Resolves once the ledger has it who listens; only then the phone is called. Rejects when the disk refuses. */
  static async begin(
    asked: Omit<MonitorAsked, 'at'>,
    parts: MonitorRunnerParts,
    log: EngineLog,
    onMade: (runner: MonitorRunner) => void,
  ): Promise<void> {
    const first = beginMonitor({ ...asked, at: parts.clock.now() });
    const runner = new MonitorRunner(first.monitor, parts, log);
    onMade(runner);
    const { id, leg } = first.monitor;
    parts.occupancy.started({ leg: leg.id, call: id, member: null, trunk: leg.trunk });
    runner.#outbox.hold();
    runner.#take(first);
    try {
      await parts.ledger.flush();
    } catch (error) {
      runner.#outbox.dropThrough(({ type }) => type === 'invite');
      runner.dispatch({ type: 'failed', leg: leg.id, status: 503, reason: null, reached: false });
      throw error;
    } finally {
      runner.#outbox.release();
    }
  }

  /** A listener of before a restart. */
  static resumed(monitor: Monitor, parts: MonitorRunnerParts, log: EngineLog): MonitorRunner {
    const { id, leg } = monitor;
    parts.occupancy.started({ leg: leg.id, call: id, member: null, trunk: leg.trunk });
    return new MonitorRunner(monitor, parts, log);
  }

  get monitor(): Monitor {
    return this.#monitor;
  }

  dispatch(event: Untimed): void {
    if (this.#over) return this.#refuseReplies();
    const { clock } = this.parts;
    try {
      this.#take(stepMonitor(this.#monitor, { ...event, at: clock.now() } as MonitorEvent));
    } catch (err) {
      this.log.error({ err, event: event.type }, 'an event of a listener could not be handled');
      this.parts.onUnexpected(this.#monitor.callId, event.type);
    }
  }

  /** No timer fires any more; what is journalled is for the next start. */
  halt(): void {
    this.#timers.halt();
  }

  /** Ask that the listener is heard so; resolves to what came of it. */
  ask(mode: Monitor['mode'], by: string): Promise<MonitorReply> {
    return new Promise((resolve) => {
      this.#tickets += 1;
      this.#replies.set(this.#tickets, resolve);
      this.dispatch({ type: 'mode-asked', mode, by, ticket: this.#tickets });
    });
  }

  #reply(ticket: number, reply: MonitorReply): void {
    this.#replies.get(ticket)?.(reply);
    this.#replies.delete(ticket);
  }

  #refuseReplies(): void {
    const message = 'Nobody listens any more';
    for (const ticket of [...this.#replies.keys()])
      this.#reply(ticket, { ok: false, code: 'not-listening', message });
  }

  #take({ monitor, commands }: MonitorStep): void {
    this.#monitor = monitor;
    const records = commands.flatMap((one): LedgerRecord[] => (one.type === 'write' ? [one.record] : []));
    this.#over = commands.some(({ type }) => type === 'forget');
    if (!this.#over) this.#journal();
    if (records.length > 0) this.parts.ledger.append(records, this.#over ? monitor.id : undefined);
    this.#outbox.take(commands);
  }

  #journal(): void {
    const { ledger, signalling, media } = this.parts;
    const monitor = this.#monitor;
    ledger.journal(monitor.id, journalledMonitor(monitor, signalling, media));
  }

  #failed(command: MonitorCommand, err: unknown): void {
    this.log.error({ err, command: command.type }, 'a command for a listener could not be carried out');
    const leg = this.#monitor.leg.id;
    if (command.type === 'invite')
      this.dispatch({ type: 'failed', leg, status: 500, reason: null, reached: false });
    else if (command.type === 'heard') this.dispatch({ type: 'media-lost' });
    else if (command.type === 'respond')
      this.parts.signalling.respond(leg, command.request, 488, null, null, null);
  }

  #carryOut(command: MonitorCommand): Awaitable<void> {
    const { signalling, media } = this.parts;
    const { id } = this.#monitor;
    switch (command.type) {
      case 'invite':
        return this.#invite(command);
      case 'cancel':
        return signalling.cancel(command.leg, reasonHeader(command.cause));
      case 'bye':
        return signalling.bye(command.leg, reasonHeader(command.cause));
      case 'ack':
        return signalling.ack(command.leg, command.sdp);
      case 'respond':
        return this.#respond(command);
      case 'heard':
        return media.moves?.heard({ callId: id, ...command });
      // Nothing behind it waits for these: whoever hangs up meanwhile is let go at once.
      case 'open-ear':
        return void this.#openEar(command.callId, command.leg);
      case 'set-mode':
        return void this.#setMode(command.callId, command.mode);
      case 'close-ear':
        return media.monitoring?.end(command.callId);
      case 'start-timer':
        return this.#timers.start(command);
      case 'stop-timer':
        return this.#timers.stop(command.timer);
      case 'write':
        return;
      case 'publish':
        return this.parts.onNews(command, this.#monitor);
      case 'reply':
        return this.#reply(command.ticket, command.result);
      case 'unexpected':
        this.log.warn({ event: command.event, why: command.why }, 'unexpected event of a listener');
        return this.parts.onUnexpected(this.#monitor.callId, command.event);
      case 'forget':
        return this.#forget();
    }
  }

  async #invite({ leg, to }: Extract<MonitorCommand, { type: 'invite' }>): Promise<void> {
    const { signalling, media } = this.parts;
    const { id, callId } = this.#monitor;
    const trunk = to.trunk === null ? undefined : this.parts.trunk(to.trunk);
    const request = listenerInvitation(to, trunk, {
      callId,
      dialled: this.parts.callOf(callId)?.dialled ?? '',
      ownHost: signalling.ownHost,
      formatNumber: (number) => this.parts.formatNumber(trunk, number),
    });
    const profile = profileOf(to.uri, trunk) ?? profileOf(to.phone?.nextHop ?? '', trunk);
    const sdp = await media.describe({ callId: id, from: '', to: leg, sdp: '', profile });
    signalling.invite(leg, { ...request, sdp });
  }

  async #respond(command: Extract<MonitorCommand, { type: 'respond' }>): Promise<void> {
    const { leg, request, status } = command;
    const { media, signalling } = this.parts;
    const sdp = command.describe
      ? await media.describe({ callId: this.#monitor.id, from: leg, to: leg, sdp: '' })
      : null;
    signalling.respond(leg, request, status, null, sdp, status === 403 ? 'not-allowed' : null);
  }

  async #openEar(callId: string, leg: string): Promise<void> {
    const { monitoring } = this.parts.media;
    const opened = monitoring?.begin(callId, { callId: this.#monitor.id, leg });
    const ok = await this.#worked(opened, 'a call cannot be listened to');
    this.dispatch({ type: 'ear-opened', callId, ok });
  }

  async #setMode(callId: string, mode: Monitor['mode']): Promise<void> {
    const { media, ledger, callOf, journal } = this.parts;
    const call = callOf(callId);
    const talk = call === null ? null : conversationOf(call);
    const agent = talk?.others.length === 1 ? talk.others[0].id : '';
    const pair = { caller: talk?.caller.id ?? '', agent };
    const noted = async (): Promise<void> => {
      journal(callId);
      await ledger.flush();
    };
    if (mode !== 'listen' && agent === '')
      return this.dispatch({ type: 'mode-set', callId, failure: 'not-talking' });
    const set = media.monitoring?.speak(callId, mode, pair, noted);
    const ok = await this.#worked(set, 'the listener is not heard so');
    this.dispatch({ type: 'mode-set', callId, failure: ok ? null : 'mode-unavailable' });
  }

  async #worked(step: Promise<void> | undefined, text: string): Promise<boolean> {
    try {
      await step;
      return step !== undefined;
    } catch (err) {
      this.log.warn({ err }, text);
      return false;
    }
  }

  #forget(): void {
    const { signalling, media, occupancy } = this.parts;
    const { id, leg } = this.#monitor;
    this.#timers.stopAll();
    this.#refuseReplies();
    signalling.forget(leg.id);
    occupancy.ended(leg.id);
    media.legEnded(id, leg.id);
    media.callEnded(id);
    this.parts.onForget(this.#monitor);
  }
}
