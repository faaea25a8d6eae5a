import type { Watcher } from '../../world/network.js';
import { SERVER_HOST } from '../../world/world.js';
import { storyIn } from '../cast/story.js';
import { read, uriOf, userOf, type WireMessage } from '../wire/message.js';
import { describedIn } from '../wire/session-description.js';
import { type OwnRequest, type PeerRequest, WireLeg } from './wire-leg.js';

/** One line of a ladder. */
export interface Seen {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly message: WireMessage;
  /** Said (with how many copies on their way) or heard. */
  readonly what: 'sent' | 'heard';
  readonly copies: number;
}

/** Sees the simulated wire and nothing else, and makes of it what happened to every leg. */
export class Observer implements Watcher {
  readonly legs = new Map<string, WireLeg>();
  /** Messages that nobody could be told to belong to. */
  readonly strangers: string[] = [];
  readonly seen = new Map<number, Seen[]>();
  /** When the last message was said. */
  lastAt = 0;
  private messages = 0;
  private readonly ours = new Map<string, OwnRequest & { readonly leg: WireLeg }>();
  private readonly theirs = new Map<
    string,
    PeerRequest & { readonly leg: WireLeg; readonly message: WireMessage }
  >();
  private readonly acks = new Map<string, { readonly leg: WireLeg; readonly at: number }>();

  constructor(
    private readonly now: () => number,
    /** Keep what is needed to print ladders. */
    private readonly ladders: boolean,
  ) {}

  sent(bytes: Buffer, from: string, to: string, copies: number): void {
    const message = read(bytes);
    this.messages += 1;
    this.lastAt = this.now();
    if (from === SERVER_HOST) this.said(message, to);
    this.note(message, from, to, 'sent', copies);
  }

  heard(bytes: Buffer, from: string, to: string): void {
    const message = read(bytes);
    this.messages += 1;
    if (to === SERVER_HOST) this.hear(message, from);
    this.note(message, from, to, 'heard', 1);
  }

  private note(message: WireMessage, from: string, to: string, what: Seen['what'], copies: number): void {
    if (!this.ladders) return;
    const story = this.legs.get(message.callId)?.story ?? storyIn(message);
    if (story === null) return;
    const lines = this.seen.get(story) ?? [];
    lines.push({ at: this.now(), from, to, message, what, copies });
    this.seen.set(story, lines);
  }

  private leg(message: WireMessage, direction: 'in' | 'out', host: string): WireLeg | null {
    const known = this.legs.get(message.callId);
    if (known !== undefined) return known;
    if (message.kind !== 'request' || message.method !== 'INVITE' || message.toTag !== '') return null;
    const story = storyIn(message);
    if (story === null) {
      this.strangers.push(`${message.method} ${message.uri} to or from ${host}`);
      return null;
    }
    const user = direction === 'out' ? userOf(message.uri) : userOf(uriOf(message.header('from')));
    const leg = new WireLeg(message.callId, story, direction, host, user, this.now(), message);
    this.legs.set(message.callId, leg);
    return leg;
  }

  private tell(leg: WireLeg, address: string): void {
    leg.told.push({ at: this.now(), no: this.messages, address });
  }

  /** The server says something. */
  private said(message: WireMessage, to: string): void {
    const leg = this.leg(message, 'out', to);
    if (leg === null) return;
    if (message.kind === 'request') this.saidRequest(leg, message);
    else this.saidResponse(leg, message);
  }

  private saidRequest(leg: WireLeg, message: WireMessage): void {
    const at = this.now();
    const address = describedIn(message.body)?.address ?? null;
    switch (message.method) {
      case 'ACK':
        if (leg.direction === 'out' && message.seq === leg.invite.seq) {
          leg.ackAt ??= at;
          const fork = leg.forks.get(message.toTag);
          if (fork !== undefined) {
            fork.acknowledged = true;
            fork.unheard = false;
          }
        }
        // The same ACK again, for a 2xx that came again, tells nothing new.
        if (address !== null && !leg.ackedWith.has(message.seq)) this.tell(leg, address);
        leg.ackedWith.add(message.seq);
        return;
      case 'CANCEL':
        leg.cancelAt ??= at;
        break;
      case 'BYE': {
        const fork = leg.forks.get(message.toTag);
        if (fork !== undefined) fork.hungUp = true;
        if (message.toTag === leg.peerTag) leg.byeSentAt ??= at;
      }
    }
    const key = `${message.branch} ${message.method}`;
    const before = this.ours.get(key);
    if (before !== undefined) {
      before.copies += 1;
      return;
    }
    const initial = message === leg.invite || (message.method === 'INVITE' && message.toTag === '');
    const request = {
      leg,
      method: initial ? 'first INVITE' : message.method,
      sentAt: at,
      tag: message.toTag,
      address,
      copies: 1,
      answeredAt: null,
      status: null,
    };
    this.ours.set(key, request);
    if (initial && address !== null) this.tell(leg, address);
    if (!initial) leg.ourRequests.push(request);
    if (message.method === 'NOTIFY') {
      const status = Number(/^SIP\/2\.0 (\d{3})/.exec(message.body)?.[1] ?? 0);
      if (message.header('subscription-state').startsWith('terminated')) leg.finalNews.push(status);
    }
  }

  private saidResponse(leg: WireLeg, message: WireMessage): void {
    const at = this.now();
    const { status } = message;
    const address = describedIn(message.body)?.address;
    const request = this.theirs.get(`${message.branch} ${message.method}`);
    const initial = request === undefined && message.method === 'INVITE';
    // The same response again tells nothing new.
    const again = initial ? leg.final !== null : (request?.status ?? null) !== null;
    if (initial) {
      if (status > 100 && status < 200) leg.provisionalAt ??= at;
      if (status >= 200 && leg.final === null) leg.final = { status, at, tag: message.toTag };
    } else if (request !== undefined && request.status === null && status >= 200) {
      request.status = status;
      if (
        message.method === 'REFER' &&
        status === 202 &&
        /replaces=/i.test(request.message.header('refer-to'))
      )
        leg.joinedAt ??= at;
      if (message.method === 'INVITE' && status < 300)
        this.acks.set(`${leg.callId} ${message.seq}`, { leg, at });
    }
    if (address !== undefined && status < 300 && !again) this.tell(leg, address);
  }

  /** The server hears something. */
  private hear(message: WireMessage, from: string): void {
    const leg = this.leg(message, 'in', from);
    if (leg === null) return;
    const described = describedIn(message.body);
    if (described !== null) leg.own.add(described.address);
    if (message.kind === 'request') this.heardRequest(leg, message);
    else this.heardResponse(leg, message);
  }

  private heardRequest(leg: WireLeg, message: WireMessage): void {
    const at = this.now();
    switch (message.method) {
      case 'ACK':
        if (leg.direction === 'in' && message.seq === leg.invite.seq) leg.ackAt ??= at;
        this.acks.delete(`${leg.callId} ${message.seq}`);
        return;
      case 'CANCEL':
        leg.cancelAt ??= at;
        return;
      case 'BYE':
        // Of a peer whose 2xx never came through it is the end of an early dialog; one in a dialog that the server
        // never heard of ends nothing (RFC 3261 §12.2.2: 481).
        if (leg.final === null ? leg.hasDialog(message.fromTag) : message.fromTag === leg.peerTag) {
          leg.byeHeardAt ??= at;
          leg.byeHeardNo ??= this.messages;
        } else if (leg.final !== null)
          leg.forks.set(message.fromTag, { acknowledged: true, hungUp: true, unheard: false });
    }
    if (message.method === 'INVITE' && message.toTag === '') {
      leg.inviteCopies += 1;
      return;
    }
    const key = `${message.branch} ${message.method}`;
    if (this.theirs.has(key)) return;
    const request = { leg, message, method: message.method, heardAt: at, status: null };
    this.theirs.set(key, request);
    leg.peerRequests.push(request);
  }

  private heardResponse(leg: WireLeg, message: WireMessage): void {
    const at = this.now();
    const { status } = message;
    const request = this.ours.get(`${message.branch} ${message.method}`);
    if (request === undefined) return;
    if (request.method === 'first INVITE') {
      leg.heardAnything = true;
      if (status > 100) leg.peerTags.add(message.toTag);
      if (status > 100 && status < 200) leg.provisionalAt ??= at;
      if (status < 200) return;
      leg.final ??= { status, at, tag: message.toTag };
      if (status >= 300) return;
      const fork = leg.forks.get(message.toTag);
      if (fork === undefined)
        leg.forks.set(message.toTag, { acknowledged: false, hungUp: false, unheard: false });
      else fork.unheard = fork.acknowledged;
      return;
    }
    if (status < 200 || request.answeredAt !== null) return;
    request.answeredAt = at;
    request.status = status;
    if (request.method === 'BYE' && message.toTag === leg.peerTag) leg.byeAnsweredAt ??= at;
    const offered = request.address !== null && (request.method === 'INVITE' || request.method === 'UPDATE');
    if (!offered || request.address === null) return;
    if (status < 300) this.tell(leg, request.address);
    else if (status === 488) leg.refused.add(request.address);
  }

  /** To be called when nothing more can happen. */
  finish(): void {
    for (const { leg, at } of this.acks.values()) leg.unackedSince.push(at + 32_000);
  }
}
