import type { TimerHandle } from '../clock.js';
import { ownText } from '../message/keep.js';
import { NO_BODY, type SipRequest, type SipResponse } from '../message/message.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Flow, Listener } from '../transport/flow.js';
import type { Owner } from './application.js';
import type { DialogState } from './dialog-state.js';
import type { Attempt } from './hop.js';

/** A request of the peer that the application has yet to answer. */
export interface InboundRequest {
  readonly txnId: string;
  readonly request: SipRequest;
  readonly transaction: ServerTransaction;
  readonly dialog: Dialog | null;
  readonly owner: Owner;
  /** To tag of our responses unless the application chooses one. */
  tag: string;
  /** Answers in place of a silent application. */
  guard: TimerHandle | null;
}

/** A request of the application that is under way. */
export interface OutboundRequest {
  readonly txnId: string;
  /** As it is on its way now: a further attempt has another Via. Without body and most headers once it is over. */
  request: SipRequest;
  flow: Flow;
  /** The attempt that is under way, and those that may follow. */
  attempts: readonly Attempt[];
  readonly dialog: Dialog | null;
  /** Null for a request of our own, whose response nobody waits for. */
  readonly owner: Owner | null;
  transaction: ClientTransaction | null;
  /** A provisional response came, so a CANCEL may go (RFC 3261 §9.1). */
  provisional: boolean;
  /** The CANCEL: waiting for a provisional, or sent. */
  cancel: { readonly request: SipRequest; sent: boolean } | null;
  /** Gives up an INVITE that rings too long or whose CANCEL has no effect. */
  guard: TimerHandle | null;
  /** Hears the final response of a request of our own. */
  readonly onFinal: ((response: SipResponse) => void) | null;
  done: boolean;
}

/** A 2xx of ours, sent again until its ACK comes (RFC 3261 §13.3.1.4). */
export interface Confirmation {
  readonly transaction: ServerTransaction;
  readonly response: SipResponse;
  readonly bytes: Buffer;
  interval: number;
  timer: TimerHandle | null;
  deadline: TimerHandle | null;
}

/** A reliable provisional response of ours, sent again until its PRACK comes (RFC 3262 §3). */
export interface ReliableProvisional {
  readonly response: SipResponse;
  /** The RAck that acknowledges it: `rseq cseq INVITE`. */
  readonly rack: string;
  interval: number;
  timer: TimerHandle | null;
  deadline: TimerHandle | null;
}

/** An ACK that may have to go again. */
export interface SentAck {
  /** Its bytes, packed. */
  readonly text: string;
  readonly flow: Flow;
}

/** A 2xx of the peer: the ACK that went out for it, or `null` while the application owes it. */
export interface Acknowledgement {
  readonly outbound: OutboundRequest;
  ack: SentAck | null;
  /** The application cancelled before the 2xx came: BYE follows the ACK. */
  hangUp: boolean;
  /** Sends the ACK and ends the dialog when the application does not; later forgets this entry. */
  deadline: TimerHandle | null;
}

/** The agreement of both sides. */
export interface SessionTimer {
  /** Interval in seconds. */
  readonly seconds: number;
  readonly weRefresh: boolean;
  /** Milliseconds since the epoch at which a BYE is due without a refresh. */
  readonly endsAt: number;
  handle: TimerHandle | null;
}

/** Branches of a forked request that are followed; a peer could invent any number. */
const MAX_FORKS = 32;

/** `Call-ID;from-tag=...` of the request that made the dialog; the same formula on both sides. */
export type DialogId = string;

export function dialogIdOf(request: SipRequest): DialogId {
  return ownText(`${request.callId};from-tag=${request.fromTag}`);
}

/**
 * A dialog, or one that may come to be while its INVITE or SUBSCRIBE is unanswered. Several early dialogs of one
 * request share this object; the first 2xx decides which of them lives on.
 */
export class Dialog {
  readonly callId: string;
  /** `trying`: no tagged response yet. */
  phase: 'trying' | 'early' | 'confirmed' | 'ended' = 'trying';
  /** The confirmed dialog, or the early one that was heard of last. */
  state: DialogState | null = null;
  /** Early dialogs by the tag of the answering side. */
  readonly early = new Map<string, DialogState>();
  /** Our Contact value in this dialog. */
  contact = '';
  /** Where the peer was last heard. */
  flow: Flow | null = null;
  /** The address of a peer behind NAT, which leads to it only over there; see `hiddenHost`. */
  hiddenHost: string | null = null;
  /** The INVITE of the peer, or of ours, that has no final response yet. */
  inviteIn: InboundRequest | null = null;
  inviteOut: OutboundRequest | null = null;
  updateIn: InboundRequest | null = null;
  updateOut: OutboundRequest | null = null;
  /** 2xx that we sent and whose ACK is missing, by CSeq number. */
  readonly confirmations = new Map<number, Confirmation>();
  /** An ACK of the peer came. */
  acknowledged = false;
  /** The application's BYE that waits for the ACK. */
  parting: (() => void) | null = null;
  /** A BYE of ours is on its way. */
  hangingUp = false;
  /** 2xx that we got, by CSeq number: our ACK, or that it is owed. */
  readonly acknowledgements = new Map<number, Acknowledgement>();
  /** ACKs to further answerers of a forked INVITE, by their tag. */
  readonly dismissed = new Map<string, SentAck>();
  /** Our reliable provisional response without a PRACK, the number of the last one, and what waits behind it. */
  provisional: ReliableProvisional | null = null;
  rseq = 0;
  readonly held: { readonly send: () => void; readonly final: boolean }[] = [];
  /** RSeq of the peer's last reliable provisional response, by its tag and CSeq number. */
  readonly peerRseq = new Map<string, number>();
  session: SessionTimer | null = null;
  /** Our last session description; kept only for sessions with a timer and after reliable responses. */
  localSdp: Buffer = NO_BODY;
  /** Whether the peer allows UPDATE. */
  peerUpdates = false;
  /** Open requests of the peer in this dialog. */
  readonly inbound = new Set<InboundRequest>();
  /** Ends a dialog without an owner, or a subscription that ran out. */
  expiry: TimerHandle | null = null;

  constructor(
    readonly id: DialogId,
    callId: string,
    readonly role: 'uac' | 'uas',
    readonly kind: 'INVITE' | 'SUBSCRIBE',
    public owner: Owner | null,
    readonly listener: Listener,
  ) {
    this.callId = ownText(callId);
  }

  /** The state that a request of the peer belongs to, by the tag of the answering side. */
  stateFor(tag: string): DialogState | null {
    if (this.phase === 'confirmed') {
      const own = this.role === 'uas' ? this.state?.localTag : this.state?.remoteTag;
      return own === tag ? this.state : null;
    }
    return this.early.get(tag) ?? null;
  }

  /** Whether a response with that tag may add another early dialog. */
  mayFork(tag: string): boolean {
    return this.early.has(tag) || this.early.size < MAX_FORKS;
  }

  /** Puts a changed state back where it belongs. */
  update(state: DialogState): void {
    const tag = this.role === 'uas' ? state.localTag : state.remoteTag;
    if (this.phase !== 'confirmed') this.early.set(tag, state);
    this.state = state;
  }
}
