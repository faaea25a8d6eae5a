import { LIMITS } from '../alliance.js';
import { PREFIXES } from '../cast/story.js';
import { uriOf, userOf, type WireMessage } from '../wire/message.js';

const NEVER = Number.POSITIVE_INFINITY;

/** A request of ours inside a leg's dialog, and how it went. */
export interface OwnRequest {
  readonly method: string;
  readonly sentAt: number;
  /** The peer's tag. */
  readonly tag: string;
  /** Media address in it; null when it has none. */
  readonly address: string | null;
  copies: number;
  answeredAt: number | null;
  status: number | null;
}

/** A request of the peer inside its dialog. */
export interface PeerRequest {
  readonly method: string;
  readonly heardAt: number;
  status: number | null;
}

/** Media address that we told a peer. */
export interface Told {
  readonly at: number;
  /** Which message it was, of all: much happens in the same instant. */
  readonly no: number;
  readonly address: string;
}

/** One more dialog that a 2xx of the same INVITE began. */
export interface ForkedDialog {
  acknowledged: boolean;
  hungUp: boolean;
  /** Its 2xx came again and was not acknowledged again. */
  unheard: boolean;
}

/**
 * One INVITE dialog as it was on the wire, all times those at which the server said or heard something, virtual ms.
 */
export class WireLeg {
  provisionalAt: number | null = null;
  /** First final response of the INVITE. */
  final: { readonly status: number; readonly at: number; readonly tag: string } | null = null;
  cancelAt: number | null = null;
  /** First ACK of its 2xx. */
  ackAt: number | null = null;
  /** First BYE that we said, that we heard, and the answer to ours. */
  byeSentAt: number | null = null;
  byeHeardAt: number | null = null;
  /** Which message that BYE was, of all. */
  byeHeardNo: number | null = null;
  byeAnsweredAt: number | null = null;
  /** To tags of the responses to our INVITE that we heard: each is a dialog, early ones among them (RFC 3261 §12.1). */
  readonly peerTags = new Set<string>();
  readonly forks = new Map<string, ForkedDialog>();
  readonly told: Told[] = [];
  /** CSeq numbers of ACKs that we said. */
  readonly ackedWith = new Set<number>();
  /** When a REFER with Replaces was accepted on this leg. */
  joinedAt: number | null = null;
  /** Media addresses that the peer would not have. */
  readonly refused = new Set<string>();
  /** Media addresses of the peer. */
  readonly own = new Set<string>();
  readonly ourRequests: OwnRequest[] = [];
  readonly peerRequests: PeerRequest[] = [];
  /** Final statuses that our NOTIFYs told. */
  readonly finalNews: number[] = [];
  inviteCopies = 0;
  heardAnything = false;

  constructor(
    readonly callId: string,
    readonly story: number,
    /** `in`: the peer called us. */
    readonly direction: 'in' | 'out',
    readonly host: string,
    /** Desk that we called, or number that called us. */
    readonly user: string,
    readonly inviteAt: number,
    readonly invite: WireMessage,
  ) {}

  /** Of a call that an agent makes beside that with the caller. */
  get ofConsultation(): boolean {
    const { invite } = this;
    const who = invite.header('p-asserted-identity') || invite.header('from');
    return userOf(uriOf(who)).startsWith(PREFIXES.consulting);
  }

  /** Of a supervisor who listens to the call and has no part in it. */
  get listens(): boolean {
    return this.direction === 'out' && this.user.startsWith(PREFIXES.listening);
  }

  /** The peer's tag: of its INVITE, or of its first final response. */
  get peerTag(): string | null {
    return this.direction === 'in' ? this.invite.fromTag : (this.final?.tag ?? null);
  }

  /** The server can know the dialog that the peer calls by this tag. */
  hasDialog(tag: string): boolean {
    return this.direction === 'in' ? tag === this.invite.fromTag : this.peerTags.has(tag);
  }

  get answeredAt(): number | null {
    return this.final !== null && this.final.status < 300 ? this.final.at : null;
  }

  /** The peer ended it by itself: when. */
  get leftAt(): number | null {
    const { byeHeardAt, byeSentAt } = this;
    return byeHeardAt !== null && (byeSentAt === null || byeHeardAt <= byeSentAt) ? byeHeardAt : null;
  }

  /** Its dialog was found dead: when the server could know. */
  lostAt(): number | null {
    let first: number | null = null;
    const at = (when: number): void => {
      first = first === null ? when : Math.min(first, when);
    };
    for (const { method, status, answeredAt, sentAt } of this.ourRequests) {
      if (method !== 'INVITE' && method !== 'UPDATE') continue;
      if (answeredAt === null || answeredAt > sentAt + 32_000) at(sentAt + 32_000);
      else if (status === 481 || status === 408) at(answeredAt);
    }
    const { answeredAt, ackAt } = this;
    if (this.direction === 'in' && answeredAt !== null && (ackAt === null || ackAt > answeredAt + 32_000))
      at(answeredAt + 32_000);
    for (const since of this.unackedSince) at(since);
    return first;
  }

  /** When 2xx of ours to re-INVITEs were given up that were never acknowledged. */
  readonly unackedSince: number[] = [];

  /** When it was gone, for whatever reason that lies with the peer; null while it was there. */
  goneAt(): number | null {
    const { leftAt } = this;
    const lost = this.lostAt();
    if (leftAt === null) return lost;
    return lost === null ? leftAt : Math.min(leftAt, lost);
  }

  /** When the peer was heard first. */
  get silentUntil(): number {
    return Math.min(this.provisionalAt ?? NEVER, this.final?.at ?? NEVER);
  }

  /** Media address that we told the peer last, up to this moment. */
  toldAt(time: number): string | null {
    let last: string | null = null;
    for (const { at, address } of this.told) if (at <= time) last = address;
    return last;
  }

  /** When we first told the peer a media address of that one; null when never. */
  toldOf(other: WireLeg): Told | null {
    return this.told.find(({ address }) => other.own.has(address)) ?? null;
  }

  /** Being called by us at this moment. */
  callingAt(time: number): boolean {
    if (this.direction !== 'out' || this.inviteAt > time) return false;
    // Who does not even ring is given up in silence: there is nothing yet that could be cancelled (RFC 3261 §9.1).
    const givenUpAt = this.inviteAt + LIMITS.noResponseMs;
    const silent = (this.provisionalAt ?? NEVER) > givenUpAt ? givenUpAt : NEVER;
    return Math.min(this.final?.at ?? NEVER, this.cancelAt ?? NEVER, silent) > time;
  }

  /** An offer of ours to the peer was under way, unanswered. */
  askingAt(time: number): boolean {
    return this.ourRequests.some(
      ({ method, sentAt, answeredAt }) =>
        (method === 'INVITE' || method === 'UPDATE') && sentAt <= time && (answeredAt ?? NEVER) > time,
    );
  }

  /** Answered and neither ended by the peer nor by us. */
  upAt(time: number): boolean {
    const { answeredAt, byeSentAt } = this;
    if (answeredAt === null || answeredAt > time) return false;
    const gone = this.goneAt();
    return (gone === null || gone > time) && (byeSentAt === null || byeSentAt > time);
  }
}
