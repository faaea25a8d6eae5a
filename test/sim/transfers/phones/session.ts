import type { WireMessage } from '../wire/message.js';
import {
  answering,
  type Description,
  type Direction,
  describe,
  describedIn,
} from '../wire/session-description.js';
import { Reports } from './reports.js';
import type { Calling, Manners, SessionParts } from './session-parts.js';
import { LONG_MS, type ServerTransaction } from './transactions.js';
import { type Dialog, targetOf, type UserAgent } from './user-agent.js';

const NOTHING = (): void => undefined;

/** One side of a call, in a telephone. */
export class Session implements Dialog {
  readonly tag: string;
  readonly manners: Manners = { refusesOffers: false, stubborn: false };
  lost: 'crashed' | 'amnesiac' | null = null;
  state: 'early' | 'up' | 'over' = 'early';
  /** What this phone knows of the other party. */
  remote: Description | null = null;
  holding = false;
  remoteTag = '';
  /** When the latest offer/answer exchange of this session, or request for one, was over or refused; ms. */
  lastExchangeAt = 0;
  private remoteAddress = '';
  private localAddress = '';
  private target = '';
  private seq = 100;
  private remoteSeq = -1;
  private version = 0;
  /** Our own re-INVITE is out, or waits to be said again. */
  private offering = false;
  /** 2xx of ours that wait for an ACK, by CSeq; `late`: it carried the offer. */
  private readonly unacked = new Map<
    number,
    { readonly transaction: ServerTransaction; readonly late: boolean }
  >();
  private readonly acks = new Map<string, Buffer>();
  readonly reports: Reports;
  private byeWanted = false;
  private calling: Calling | null = null;
  private called: ServerTransaction | null = null;

  constructor(private readonly parts: SessionParts) {
    this.tag = parts.agent.token();
    this.reports = new Reports(parts);
    parts.agent.add(parts.callId, this.tag, this);
  }

  get gone(): boolean {
    return this.lost !== null;
  }

  /** CSeq number of the next request. */
  get nextSeq(): number {
    return this.seq + 1;
  }

  get callId(): string {
    return this.parts.callId;
  }

  get address(): string {
    return this.parts.address;
  }

  get agent(): UserAgent {
    return this.parts.agent;
  }

  /** Nothing is open between the two sides: no offer, no ACK, no BYE. */
  get quiet(): boolean {
    return this.state === 'up' && !this.offering && this.unacked.size === 0 && !this.byeWanted;
  }

  // --- Calling -------------------------------------------------------------------------------------------

  /** @param late the INVITE carries no offer */
  invite(from: string, uri: string, late: boolean, headers: readonly string[] = []): void {
    const { agent, callId } = this.parts;
    this.localAddress = `<${from}>;tag=${this.tag}`;
    this.remoteAddress = `<${uri}>`;
    this.seq = 1;
    this.calling = { uri, branch: agent.branch(), late, cancel: 'no', provisional: false, final: false };
    const lines = [
      `From: ${this.localAddress}`,
      `To: <${uri}>`,
      `Call-ID: ${callId}`,
      'CSeq: 1 INVITE',
      ...headers,
    ];
    const body = late ? '' : this.describe('sendrecv');
    agent.ask(
      this,
      'INVITE',
      uri,
      lines,
      body,
      (r) => this.onInviteResponse(r),
      undefined,
      this.calling.branch,
    );
  }

  private onInviteResponse(response: WireMessage | null): void {
    const { calling } = this;
    if (calling === null) return;
    if (response === null) return this.over('our INVITE had no answer');
    if (response.status < 200) {
      calling.provisional = true;
      if (calling.cancel === 'wanted') this.sendCancel(calling);
      return;
    }
    calling.final = true;
    if (response.status >= 300) return this.over(`refused ${response.status}`);
    if (this.remoteTag !== '' && this.remoteTag !== response.toTag)
      this.parts.complain('our INVITE was answered by two 2xx with different tags');
    if (this.state === 'early') {
      this.state = 'up';
      this.remoteTag = response.toTag;
      this.remoteAddress = response.header('to');
      this.target = targetOf(response);
      this.learn(response.body);
    }
    this.acknowledge(response, calling.late ? this.answerTo(response.body) : '');
    if (calling.cancel !== 'no') return this.hangUp();
    if (!calling.told) this.parts.events.up?.();
    calling.told = true;
  }

  private sendCancel(calling: Calling): void {
    const { agent, callId } = this.parts;
    calling.cancel = 'sent';
    // RFC 3261 §9.1: without a final response within 64*T1 the INVITE counts as cancelled.
    agent.clock.setTimeout(() => {
      if (!calling.final && !this.gone) this.over('cancelled, without an answer');
    }, LONG_MS);
    const lines = [
      `From: ${this.localAddress}`,
      `To: <${calling.uri}>`,
      `Call-ID: ${callId}`,
      'CSeq: 1 CANCEL',
    ];
    agent.ask(this, 'CANCEL', calling.uri, lines, '', NOTHING, undefined, calling.branch);
  }

  /** The ACK of a 2xx, the same one for each of its repetitions. */
  private acknowledge(response: WireMessage, body: string): void {
    const { agent } = this.parts;
    const key = `${response.branch} ${response.toTag}`;
    let ack = this.acks.get(key);
    if (ack === undefined) {
      ack = agent.request('ACK', targetOf(response), agent.branch(), this.head('ACK', response.seq), body);
      this.acks.set(key, ack);
    }
    if (!this.gone) agent.say(ack);
  }

  // --- Being called --------------------------------------------------------------------------------------

  /** An INVITE came; a second session may answer the same one, as where a proxy forks. */
  accept(transaction: ServerTransaction): void {
    const { request } = transaction;
    this.called = transaction;
    this.localAddress = `${request.header('to')};tag=${this.tag}`;
    this.remoteAddress = request.header('from');
    this.remoteTag = request.fromTag;
    this.target = targetOf(request);
    this.remoteSeq = request.seq;
    this.learn(request.body);
  }

  ring(status: 180 | 183, early: boolean): void {
    const { called } = this;
    if (called === null || called.final || this.gone) return;
    const body = early && called.request.body !== '' ? this.answerTo(called.request.body) : '';
    called.respond(this.agent.response(called.request, status, this.tag, body), status, this);
  }

  answer(): void {
    const { called } = this;
    if (called === null || called.final || this.gone || this.state !== 'early') return;
    const { request } = called;
    const late = request.body === '';
    const body = late ? this.describe('sendrecv') : this.answerTo(request.body);
    this.state = 'up';
    this.unacked.set(request.seq, { transaction: called, late });
    const bytes = this.agent.response(request, 200, this.tag, body, ['Supported: replaces']);
    called.respond(bytes, 200, this, (acknowledged) => this.onConfirmed(request.seq, acknowledged));
  }

  reject(status: number, lines: readonly string[] = []): void {
    const { called } = this;
    if (called === null || called.final || this.gone) return;
    called.respond(this.agent.response(called.request, status, this.tag, '', lines), status, this);
    this.over(`we refused with ${status}`);
  }

  onCancel(): void {
    if (this.called === null || this.called.final || this.state !== 'early') return;
    if (this.manners.stubborn) this.answer();
    else this.reject(487);
  }

  // --- In the dialog -------------------------------------------------------------------------------------

  onAck(ack: WireMessage): void {
    const waiting = this.unacked.get(ack.seq);
    if (waiting === undefined) return;
    if (waiting.late) {
      if (ack.body !== '') this.learn(ack.body);
      else this.expectBye();
    }
    waiting.transaction.acknowledged();
  }

  /** An ACK without the answer that our 2xx asked for is sent only to whom a BYE is sent at once. */
  private expectBye(): void {
    this.agent.clock.setTimeout(() => {
      if (this.state === 'up' && !this.gone)
        this.parts.complain('the ACK of a 2xx with our offer brought no answer');
    }, LONG_MS);
  }

  private onConfirmed(seq: number, acknowledged: boolean): void {
    const initial = this.called?.request.seq === seq;
    this.unacked.delete(seq);
    this.settled();
    if (this.state !== 'up') return;
    // RFC 3261 §13.3.1.4: such a session is ended by a BYE.
    if (!acknowledged || this.byeWanted) return this.sendBye();
    if (initial) this.parts.events.up?.();
  }

  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    if (this.state === 'over') return this.reply(transaction, 481);
    // RFC 3261 §12.2.2.
    if (request.seq < this.remoteSeq) return this.reply(transaction, 500);
    this.remoteSeq = request.seq;
    switch (request.method) {
      case 'BYE':
        this.reply(transaction, 200);
        for (const { transaction: waiting } of this.unacked.values()) waiting.stop();
        return this.over('was hung up');
      case 'INVITE':
      case 'UPDATE':
        return this.onOffer(transaction);
      case 'NOTIFY':
        return this.reply(transaction, this.reports.notified(request));
      case 'INFO':
        return this.reply(transaction, 200);
      default:
        return this.reply(transaction, 405);
    }
  }

  private onOffer(transaction: ServerTransaction): void {
    const { request } = transaction;
    this.settled();
    if (this.offering || this.unacked.size > 0 || this.state === 'early') return this.reply(transaction, 491);
    if (this.manners.refusesOffers) return this.reply(transaction, 488);
    const late = request.body === '';
    if (late && request.method === 'UPDATE') return this.reply(transaction, 200);
    const body = late ? this.describe(this.holding ? 'sendonly' : 'sendrecv') : this.answerTo(request.body);
    if (!late) this.learn(request.body);
    const bytes = this.agent.response(request, 200, this.tag, body);
    if (request.method === 'UPDATE') return transaction.respond(bytes, 200, this);
    this.unacked.set(request.seq, { transaction, late });
    transaction.respond(bytes, 200, this, (acknowledged) => this.onConfirmed(request.seq, acknowledged));
  }

  /** Offers something new: to hold, to take back, or (`late`) by asking for an offer. False when it cannot now. */
  reinvite(holding: boolean, late: boolean, attempt = 1): boolean {
    if (!this.quiet || this.gone) return false;
    this.offering = true;
    const direction: Direction = holding ? 'sendonly' : 'sendrecv';
    const body = late ? '' : this.describe(direction);
    let acknowledged = false;
    this.ask('INVITE', [], body, (response) => {
      if (response !== null && response.status < 200) return;
      if (response !== null && response.status < 300) {
        // A repetition that was long on its way says nothing new.
        if (!acknowledged) this.learn(response.body);
        acknowledged = true;
        this.acknowledge(response, late ? this.answerTo(response.body) : '');
      }
      if (!this.offering) return;
      this.settled();
      this.offering = false;
      if (this.state !== 'up') return;
      if (this.byeWanted) return this.sendBye();
      if (response === null || response.status === 481 || response.status === 408) return this.hangUp();
      if (response.status < 300) this.holding = holding;
      else if (response.status === 491 && attempt < 4) this.reinviteLater(holding, late, attempt + 1);
    });
    return true;
  }

  /** RFC 3261 §14.1. */
  private reinviteLater(holding: boolean, late: boolean, attempt: number): void {
    const caller = this.calling !== null;
    const part = Number.parseInt(this.agent.token().slice(0, 4), 16) / 65_536;
    const wait = caller ? 2_100 + part * 1_900 : part * 2_000;
    this.agent.clock.setTimeout(() => void this.reinvite(holding, late, attempt), wait);
  }

  hangUp(): void {
    if (this.state === 'over' || this.gone) return;
    const { calling } = this;
    if (this.state === 'early') {
      if (calling === null) return this.reject(480);
      if (calling.cancel !== 'no' || calling.final) return;
      calling.cancel = 'wanted';
      if (calling.provisional) this.sendCancel(calling);
      return;
    }
    // RFC 3261 §15: not before our 2xx was acknowledged.
    this.byeWanted = true;
    if (this.called === null || !this.unacked.has(this.called.request.seq)) this.sendBye();
  }

  private sendBye(): void {
    if (this.gone || this.state !== 'up') return;
    for (const { transaction } of this.unacked.values()) transaction.stop();
    this.unacked.clear();
    this.state = 'over';
    this.ask('BYE', [], '', (response) => {
      if (response !== null && response.status < 200) return;
      this.end(response === null ? 'our BYE had no answer' : 'hung up');
    });
  }

  private over(how: string): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.end(how);
  }

  private end(how: string): void {
    this.agent.retire(this.callId, this.tag, this);
    this.parts.events.over?.(how);
  }

  // --- Small things --------------------------------------------------------------------------------------

  /** Sends a request inside the dialog; its CSeq number is `nextSeq`. */
  ask(
    method: string,
    lines: readonly string[],
    body: string,
    answered: (response: WireMessage | null) => void,
    type?: string,
  ): void {
    this.seq += 1;
    this.agent.ask(
      this,
      method,
      this.target,
      [...this.head(method, this.seq), ...lines],
      body,
      answered,
      type,
    );
  }

  private head(method: string, seq: number): string[] {
    return [
      `From: ${this.localAddress}`,
      `To: ${this.remoteAddress}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${seq} ${method}`,
    ];
  }

  private reply(transaction: ServerTransaction, status: number): void {
    transaction.respond(this.agent.response(transaction.request, status, this.tag), status, this);
  }

  private describe(direction: Direction): string {
    this.version += 1;
    return describe(this.address, this.version, direction);
  }

  private answerTo(offer: string): string {
    return this.describe(answering(describedIn(offer)?.direction ?? 'sendrecv', this.holding));
  }

  private learn(body: string): void {
    this.remote = describedIn(body) ?? this.remote;
    this.settled();
  }

  private settled(): void {
    this.lastExchangeAt = this.agent.clock.now();
  }
}
