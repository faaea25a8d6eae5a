import type { Call, CallId } from '../call/call.js';
import type { CallNews, Command, CommandOf, RequestResult, TimerId } from '../call/command.js';
import type { CallEvent, CallEventOf } from '../call/event.js';
import type { Routing } from '../call/routing.js';
import { begin, type StepResult, step } from '../call/step.js';
import type { Trunk } from '../dialplan/plan.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerRecord } from '../ledger/records.js';
import type { Awaitable, MediaAnchor } from '../media/anchor.js';
import type { EngineClock, Timer } from './clock.js';
import { contextHeaders, notifyHeaders, reasonHeader, sipfrag } from './context-headers.js';
import type { EngineLog } from './log.js';
import type { Signalling } from './signalling.js';

/** What all calls share. */
export interface RunnerParts {
  readonly clock: EngineClock;
  readonly signalling: Signalling;
  readonly media: MediaAnchor;
  readonly ledger: Ledger;
  /** A number from 0 (included) to 1 (excluded), to spread timers. */
  readonly random: () => number;
  trunk(id: string): Trunk | undefined;
  formatNumber(trunk: Trunk | undefined, number: string): string;
  onNews(callId: CallId, news: CallNews): void;
  onRecord(record: LedgerRecord): void;
  onUnexpected(callId: CallId, event: string): void;
  /** The call is over. */
  onForget(callId: CallId): void;
}

type UntimedEvent = CallEvent extends infer E ? (E extends unknown ? Omit<E, 'at'> : never) : never;

/**
 * One call, running: its mailbox, its timers, and the commands on their way out. Events are taken one at a
 * time; commands are carried out in their order, also when one of them has to wait for the media server.
 */
export class CallRunner {
  #call: Call | null = null;
  readonly #mailbox: CallEvent[] = [];
  readonly #outbox: Command[] = [];
  readonly #timers = new Map<TimerId, Timer>();
  readonly #replies: ((result: RequestResult) => void)[] = [];
  #stepping = false;
  #sending = false;

  constructor(
    readonly id: CallId,
    readonly routing: Routing,
    private readonly parts: RunnerParts,
    private readonly log: EngineLog,
  ) {}

  /** The call as it is now; null before `start`. */
  get call(): Call | null {
    return this.#call;
  }

  start(invited: Omit<CallEventOf<'invited'>, 'at' | 'type' | 'callId'>): void {
    const event = { ...invited, type: 'invited', callId: this.id, at: this.parts.clock.now() } as const;
    this.#run(() => this.#take(begin(event, this.routing)));
  }

  dispatch(event: UntimedEvent): void {
    this.#mailbox.push({ ...event, at: this.parts.clock.now() } as CallEvent);
    this.#run(() => {});
  }

  /** Take `first`, then everything that comes in meanwhile. */
  #run(first: () => void): void {
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      first();
      for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) {
        this.#step(next);
      }
    } finally {
      this.#stepping = false;
    }
  }

  #step(event: CallEvent): void {
    const call = this.#call;
    if (call === null || call.phase.name === 'ended') return this.#refuseReplies();
    this.log.debug({ event: event.type, leg: 'leg' in event ? event.leg : undefined }, 'event');
    try {
      this.#take(step(call, event, this.routing));
    } catch (err) {
      // A bug in one step must not end the process, and with it every other call: this call goes on as it was.
      this.log.error({ err, event: event.type }, 'an event could not be handled');
      this.parts.onUnexpected(this.id, event.type);
    }
  }

  /** Dispatch a request of an operator; resolves to the core's verdict. */
  ask(
    event: Extract<UntimedEvent, { type: 'transfer-requested' | 'hang-up-requested' }>,
  ): Promise<RequestResult> {
    return new Promise((resolve) => {
      this.#replies.push(resolve);
      this.dispatch(event);
    });
  }

  #refuseReplies(): void {
    const message = 'The call is over';
    for (const reply of this.#replies.splice(0)) reply({ ok: false, code: 'not-talking', message });
  }

  #take({ call, commands }: StepResult): void {
    this.#call = call;
    const records: LedgerRecord[] = [];
    let over = false;
    for (const command of commands) {
      if (command.type === 'write') records.push(command.record);
      else if (command.type === 'forget') over = true;
    }
    if (!over) this.parts.ledger.journal(call.id, call);
    if (records.length > 0) this.parts.ledger.append(records, over ? call.id : undefined);
    this.#outbox.push(...commands);
    this.#send();
  }

  /** Carry commands out in order; when one must wait, the others wait behind it. */
  #send(): void {
    if (this.#sending) return;
    this.#sending = true;
    for (let next = this.#outbox.shift(); next !== undefined; next = this.#outbox.shift()) {
      const pending = this.#attempt(next);
      if (!(pending instanceof Promise)) continue;
      pending
        .catch((err) => this.#failed(next, err))
        .finally(() => {
          this.#sending = false;
          this.#send();
        });
      return;
    }
    this.#sending = false;
  }

  /** A command that cannot be carried out must not keep those behind it from their turn. */
  #attempt(command: Command): Awaitable<void> {
    try {
      return this.#carryOut(command);
    } catch (err) {
      this.#failed(command, err);
    }
  }

  #failed(command: Command, err: unknown): void {
    this.log.error({ err, command: command.type }, 'a command could not be carried out');
    this.parts.onUnexpected(this.id, command.type);
  }

  #carryOut(command: Command): Awaitable<void> {
    const { signalling } = this.parts;
    switch (command.type) {
      case 'invite':
        return this.#invite(command);
      case 'provisional': {
        const { leg, status, from } = command;
        return this.#withSdp(command, leg, (sdp) => signalling.provisional(leg, status, sdp, from));
      }
      case 'answer':
        return this.#withSdp(command, command.leg, (sdp) =>
          signalling.answer(command.leg, sdp, command.from),
        );
      case 'reject':
        return signalling.reject(command.leg, command.status, this.#rejectHeaders(command));
      case 'cancel':
        return signalling.cancel(command.leg, reasonHeader(command.cause));
      case 'bye':
        return signalling.bye(command.leg, reasonHeader(command.cause));
      case 'ack':
        return this.#withSdp(command, command.leg, (sdp) => signalling.ack(command.leg, sdp));
      case 'offer':
        return this.#withSdp(command, command.leg, (sdp) =>
          signalling.offer(command.leg, command.method, sdp),
        );
      case 'respond': {
        const { leg, request, status, reason } = command;
        return this.#withSdp(command, leg, (sdp) => signalling.respond(leg, request, status, reason, sdp));
      }
      case 'forward':
        return signalling.forward(command.leg, command.request, command.to);
      case 'notify': {
        const headers = notifyHeaders(command.eventId, command.final);
        return signalling.notify(command.leg, command.transferId, sipfrag(command.status), headers);
      }
      case 'start-timer':
        return this.#startTimer(command);
      case 'stop-timer':
        return this.#stopTimer(command.timer);
      case 'write':
        return this.#wrote(command.record);
      case 'publish':
        return this.parts.onNews(this.id, command.event);
      case 'reply':
        return this.#replies.shift()?.(command.result);
      case 'unexpected':
        this.log.warn({ event: command.event, leg: command.leg, why: command.why }, 'unexpected event');
        return this.parts.onUnexpected(this.id, command.event);
      case 'forget':
        return this.#forget();
    }
  }

  #invite(command: CommandOf<'invite'>): Awaitable<void> {
    const { leg, to, offer, context } = command;
    const trunk = this.parts.trunk(to.trunk);
    const headers = contextHeaders(context, {
      ownHost: this.parts.signalling.ownHost,
      formatNumber: (number) => this.parts.formatNumber(trunk, number),
    });
    return this.#withSdp({ sdp: offer.sdp, from: offer.from }, leg, (sdp) =>
      this.parts.signalling.invite(leg, { uri: to.uri, headers, sdp, credentials: trunk?.auth ?? null }),
    );
  }

  /** Pass a description through the media anchor, then act. */
  #withSdp(
    passage: { readonly sdp: string | null; readonly from: string | null },
    to: string,
    act: (sdp: string | null) => void,
  ): Awaitable<void> {
    if (passage.sdp === null) return act(null);
    const from = passage.from ?? to;
    const described = this.parts.media.describe({ callId: this.id, from, to, sdp: passage.sdp });
    return described instanceof Promise ? described.then(act) : act(described);
  }

  #rejectHeaders(command: CommandOf<'reject'>): Record<string, string> {
    const headers: Record<string, string> = { ...reasonHeader(command.cause) };
    // RFC 3261 §21.5.4: a caller who is turned away for load is told when to come again.
    if (command.status === 503) headers['Retry-After'] = '10';
    return headers;
  }

  #startTimer({ timer, ms, spread }: CommandOf<'start-timer'>): void {
    this.#stopTimer(timer);
    const wait = spread === undefined ? ms : ms + Math.floor(this.parts.random() * spread);
    this.#timers.set(
      timer,
      this.parts.clock.after(wait, () => {
        this.#timers.delete(timer);
        this.dispatch({ type: 'timer', timer });
      }),
    );
  }

  #stopTimer(timer: TimerId): void {
    this.#timers.get(timer)?.cancel();
    this.#timers.delete(timer);
  }

  #wrote(record: LedgerRecord): void {
    if (record.kind === 'leg') {
      this.parts.signalling.forget(record.id);
      this.parts.media.legEnded(record.callId, record.id);
    }
    this.parts.onRecord(record);
  }

  #forget(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#refuseReplies();
    this.parts.media.callEnded(this.id);
    this.parts.onForget(this.id);
  }
}
