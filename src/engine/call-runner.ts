import { begin } from '../call/begin.js';
import { beginCallBack } from '../call/begin-call-back.js';
import type { Call, CallId, LegId } from '../call/call.js';
import type { Command, CommandOf, RequestResult } from '../call/command.js';
import type { CallEvent, CallEventOf } from '../call/event.js';
import type { Routing } from '../call/routing.js';
import { type StepResult, step } from '../call/step.js';
import type { LedgerRecord } from '../ledger/records.js';
import type { Awaitable, LegProfile } from '../media/anchor.js';
import { afterFailure } from './after-failure.js';
import { CallRecords } from './call-records.js';
import { CallTimers } from './call-timers.js';
import { invitation } from './invitation.js';
import { keptCall } from './journalled-call.js';
import type { EngineLog } from './log.js';
import { profileOf } from './media-profile.js';
import { notifyHeaders, sipfrag } from './notify-message.js';
import { Outbox } from './outbox.js';
import { partnerIn } from './partner-in.js';
import { reasonHeader, rejectHeaders } from './reason-headers.js';
import type { RunnerParts } from './runner-parts.js';
import type { UntimedEvent, UntimedEventOf } from './untimed-event.js';

/** A leg that is not there. */
const NOBODY = 'nobody';

/**
 * One call, running: its mailbox, its timers, and the commands on their way out. Events are taken one at a
 * time; commands are carried out in their order, also when one of them has to wait for the media server.
 */
export class CallRunner {
  #call: Call | null = null;
  readonly #mailbox: CallEvent[] = [];
  readonly #outbox: Outbox<Command>;
  readonly #timers: CallTimers;
  readonly #replies: ((result: RequestResult) => void)[] = [];
  readonly #absorbed = new Map<CallId, CallRunner>();
  readonly #records: CallRecords;
  #stepping = false;
  #invited = 0;

  constructor(
    readonly id: CallId,
    readonly routing: Routing,
    private readonly parts: RunnerParts<CallRunner>,
    private readonly log: EngineLog,
  ) {
    const { clock, ledger, media, random } = parts;
    const kept = (call: Call) => keptCall(call, parts.signalling, media, parts.toldLanguage(call.id));
    this.#records = new CallRecords(id, { clock, ledger, media, log, kept });
    this.#outbox = new Outbox({
      carryOut: (command) => this.#carryOut(command),
      onFailure: (command, err) => this.#failed(command, err),
      onEmpty: () => {
        if (this.#call !== null) this.#records.done();
      },
    });
    this.#timers = new CallTimers(clock, random, (timer) => this.dispatch({ type: 'timer', timer }));
  }

  /** The call as it is now; null before `start`. */
  get call(): Call | null {
    return this.#call;
  }

  /** A name for a leg that comes in by itself (RFC 3891); unlike those that the core gives. */
  newInboundLeg(): LegId {
    this.#invited++;
    return `${this.id}-r${this.#invited}`;
  }

  start(invited: Omit<CallEventOf<'invited'>, 'at' | 'type' | 'callId'>): void {
    const event = { ...invited, type: 'invited', callId: this.id, at: this.parts.clock.now() } as const;
    this.#run(() => this.#take(begin(event, this.routing)));
  }

  startCallBack(wanted: Omit<CallEventOf<'call-back-requested'>, 'at' | 'type' | 'callId'>): void {
    const at = this.parts.clock.now();
    const event = { ...wanted, type: 'call-back-requested', callId: this.id, at } as const;
    this.#run(() => this.#take(beginCallBack(event, this.routing)));
  }

  /** A call of before a restart: events wait until {@link recover}. */
  resume(call: Call): void {
    this.#call = call;
    this.#invited = Object.keys(call.legs).filter((leg) => leg.startsWith(`${this.id}-r`)).length;
    this.#stepping = true;
  }

  /** All that the call needs is here again. */
  recover(): void {
    this.#stepping = false;
    this.#run(() => this.#step({ type: 'recovered', at: this.parts.clock.now() }));
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
    if (call === null || call.phase.name === 'ended') return this.#tooLate(event);
    this.log.debug({ event: event.type, leg: 'leg' in event ? event.leg : undefined }, 'event');
    try {
      this.#take(step(call, this.#completed(event, call), this.routing));
    } catch (err) {
      // A bug in one step must not end the process, and with it every other call: this call goes on as it was.
      this.log.error({ err, event: event.type }, 'an event could not be handled');
      this.parts.onUnexpected(this.id, event.type);
    }
  }

  /** What an event says of another call is looked up at the moment that it is taken. */
  #completed(event: CallEvent, call: Call): CallEvent {
    if (event.type !== 'attended') return event;
    const elsewhere = call.legs[event.asker] === undefined ? event.asker : event.named;
    return { ...event, other: this.parts.callOf(elsewhere) };
  }

  /** The call is over. A REFER that came on a leg of another call waits for an answer all the same. */
  #tooLate(event: CallEvent): void {
    this.#refuseReplies();
    if (event.type !== 'attended') return;
    const { asker, request } = event;
    const why = 'The replaced call is over';
    this.parts.signalling.respond(asker, request, 403, why, null, 'unknown-dialog');
  }

  /** Dispatch a request of an operator or agent desktop; resolves to the core's verdict. */
  ask(
    event: UntimedEventOf<
      'transfer-requested' | 'control-requested' | 'hang-up-requested' | 'put-down-requested'
    >,
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
    const before = this.#call;
    this.#call = call;
    const records: LedgerRecord[] = [];
    const closing: LedgerRecord[] = [];
    let over = false;
    for (const command of commands) {
      this.#occupy(command);
      this.parts.onCommand(call, command);
      if (command.type === 'absorb') this.#absorb(command.call);
      else if (command.type === 'forget') over = true;
      else if (command.type !== 'write') continue;
      // The record of a call that was absorbed closes that call, whose legs are journalled with this one first.
      else if (command.record.kind === 'call' && command.record.id !== call.id) closing.push(command.record);
      else records.push(command.record);
    }
    this.#records.take({ before, after: call, records, closing, over });
    this.parts.onState(call);
    this.#outbox.take(commands);
  }

  /** Room is taken with the decision to call, not when the INVITE is out: calls that come meanwhile shall see it. */
  #occupy(command: Command): void {
    const { occupancy } = this.parts;
    if (command.type === 'invite') {
      const { member, trunk } = command.to;
      occupancy.started({ leg: command.leg, call: this.id, member, trunk });
    } else if (command.type === 'write' && command.record.kind === 'leg') {
      occupancy.ended(command.record.id);
    }
  }

  #absorb(other: CallId): void {
    const runner = this.parts.absorb(other, this);
    if (runner === null) return;
    runner.stop();
    this.#absorbed.set(other, runner);
    this.#records.follow(runner.#records);
  }

  /** Once what the other call had to say is out, its media belongs to this one. */
  async #join(other: CallId): Promise<void> {
    await this.#absorbed.get(other)?.sent();
    this.parts.media.callsJoined(other, this.id);
  }

  /** Write the call down as it is now, because what media keeps of it has changed. */
  journal(): void {
    if (this.#call !== null) this.#records.done();
  }

  /** The program stops under the call; the next start goes on with it. */
  halt(): void {
    this.#timers.halt();
  }

  /** No more events: the legs belong to another call now, or to none. What is on its way out goes out. */
  stop(): void {
    this.#call = null;
    this.#timers.stopAll();
    this.#refuseReplies();
  }

  /** Resolves when all commands so far are carried out. */
  sent(): Awaitable<void> {
    return this.#outbox.sent();
  }

  #failed(command: Command, err: unknown): void {
    this.log.error({ err, command: command.type }, 'a command could not be carried out');
    this.parts.onUnexpected(this.id, command.type);
    // Where the media server failed somebody waits for a message that will not go out.
    if (command.type === 'respond')
      this.parts.signalling.respond(command.leg, command.request, 488, null, null, null);
    else if (command.type === 'answer') this.parts.signalling.reject(command.leg, 500, {});
    const event = afterFailure(command);
    if (event !== null) this.dispatch(event);
  }

  #carryOut(command: Command): Awaitable<void> {
    const { signalling } = this.parts;
    const paired = partnerIn(command);
    if (paired !== null) signalling.pair(paired.leg, paired.partner);
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
        return signalling.reject(command.leg, command.status, rejectHeaders(command.status, command.cause));
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
        const { leg, request, status, reason, code } = command;
        return this.#withSdp(command, leg, (sdp) =>
          signalling.respond(leg, request, status, reason, sdp, code),
        );
      }
      case 'heard':
        return this.parts.media.moves?.heard({ callId: this.id, ...command });
      case 'join':
        signalling.pair(command.a, command.b);
        signalling.pair(command.b, command.a);
        return this.parts.media.moves?.join(this.id, command.a, command.b, command.keysKept);
      case 'confer':
        return this.parts.media.moves?.confer(this.id, command.legs, command.keysKept);
      case 'park':
        signalling.pair(command.leg, null);
        return this.parts.media.moves?.park(this.id, command.leg, command.play);
      case 'announce':
        signalling.pair(command.leg, null);
        return this.#announce(command);
      case 'forward':
        return signalling.forward(command.leg, command.request, command.to);
      case 'notify': {
        const { leg, transferId, eventId, status, cause, final } = command;
        return signalling.notify(leg, transferId, sipfrag(status, cause), notifyHeaders(eventId, final));
      }
      case 'probe':
        return signalling.probe(command.leg);
      case 'send-keys':
        return this.#sendKeys(command);
      case 'absorb':
        return this.#join(command.call);
      case 'start-timer':
        return this.#timers.start(command);
      case 'stop-timer':
        return this.#timers.stop(command.timer);
      case 'write':
        return this.#wrote(command.record);
      case 'publish':
        return this.parts.onNews(command.call, command.event);
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
    const { leg, offer, to } = command;
    const { formatNumber, screenPopUrl, signalling } = this.parts;
    const trunk = to.trunk === null ? undefined : this.parts.trunk(to.trunk);
    const request = invitation(command, trunk, { ownHost: signalling.ownHost, formatNumber, screenPopUrl });
    const profile = profileOf(to.uri, trunk) ?? profileOf(to.phone?.nextHop ?? '', trunk);
    // What is offered for nobody yet is like what nobody has offered.
    const described = { ...offer, from: offer.from ?? NOBODY, profile };
    return this.#withSdp(described, leg, (sdp) => signalling.invite(leg, { ...request, sdp }));
  }

  /** Pass a description through the media anchor, then act. */
  #withSdp(
    passage: {
      readonly sdp: string | null;
      readonly from: string | null;
      readonly profile?: LegProfile | undefined;
    },
    to: string,
    act: (sdp: string | null) => void,
  ): Awaitable<void> {
    if (passage.sdp === null) return act(null);
    const { sdp, profile } = passage;
    const from = passage.from ?? to;
    const described = this.parts.media.describe({ callId: this.id, from, to, sdp, profile });
    return described instanceof Promise ? described.then(act) : act(described);
  }

  /** The core goes on by what the media server says of it. */
  async #announce({ leg, play }: CommandOf<'announce'>): Promise<void> {
    const ms = (await this.parts.media.moves?.announce(this.id, leg, play)) ?? null;
    this.dispatch({ type: 'announcement-begun', leg, ms });
  }

  /** Keys go on the way they came. */
  #sendKeys({ leg, from, presses }: CommandOf<'send-keys'>): Awaitable<void> {
    const byRtp = presses.filter((press) => 'durationMs' in press);
    const byInfo = presses.filter((press) => 'body' in press);
    if (byInfo.length > 0) this.parts.signalling.sendKeys(leg, byInfo);
    if (byRtp.length > 0) return this.parts.media.moves?.sendKeys(this.id, from, byRtp);
  }

  #wrote(record: LedgerRecord): void {
    if (record.kind === 'leg') {
      this.parts.signalling.forget(record.id);
      this.parts.media.legEnded(record.callId, record.id);
    }
    this.parts.onRecord(record);
  }

  /** The call is not forgotten before the ledger has all of it. */
  #forget(): Awaitable<void> {
    this.#timers.stopAll();
    this.#refuseReplies();
    this.parts.media.callEnded(this.id);
    const settled = this.#records.settled();
    if (settled instanceof Promise) return settled.then(() => this.parts.onForget(this.id));
    this.parts.onForget(this.id);
  }
}
