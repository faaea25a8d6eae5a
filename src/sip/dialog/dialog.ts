import type { TimerHandle } from '../clock.js';
import { ownText } from '../message/keep.js';
import { NO_BODY, type SipRequest } from '../message/message.js';
import type { Flow, Listener } from '../transport/flow.js';
import type { Owner } from './application.js';
import type {
  Acknowledgement,
  Confirmation,
  InboundRequest,
  OutboundRequest,
  ReliableProvisional,
  SentAck,
} from './core.js';
import type { DialogState } from './dialog-state.js';
import type { SessionTimer } from './session-timer.js';

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

/** All dialogs by id, and by Call-ID for clients that name a dialog only by it. */
export class DialogTable {
  private readonly byId = new Map<DialogId, Dialog>();
  private readonly byCallId = new Map<string, Dialog>();

  get size(): number {
    return this.byId.size;
  }

  get(id: DialogId): Dialog | undefined {
    return this.byId.get(id);
  }

  /** A confirmed dialog with that Call-ID. */
  confirmedByCallId(callId: string): Dialog | undefined {
    const dialog = this.byCallId.get(callId);
    return dialog?.phase === 'confirmed' ? dialog : undefined;
  }

  /** The dialog that a request of the peer belongs to: we may have been caller or answerer. */
  match(request: SipRequest): { dialog: Dialog; state: DialogState } | null {
    for (const role of ['uas', 'uac'] as const) {
      const callerTag = role === 'uas' ? request.fromTag : request.toTag;
      const answererTag = role === 'uas' ? request.toTag : request.fromTag;
      const dialog = this.byId.get(`${request.callId};from-tag=${callerTag}`);
      if (dialog === undefined || dialog.role !== role) continue;
      const state = dialog.stateFor(answererTag);
      if (state !== null) return { dialog, state };
    }
    return null;
  }

  add(dialog: Dialog): void {
    this.byId.set(dialog.id, dialog);
    this.byCallId.set(dialog.callId, dialog);
  }

  remove(dialog: Dialog): void {
    if (this.byId.get(dialog.id) === dialog) this.byId.delete(dialog.id);
    if (this.byCallId.get(dialog.callId) === dialog) this.byCallId.delete(dialog.callId);
  }

  *[Symbol.iterator](): Iterator<Dialog> {
    yield* this.byId.values();
  }
}
