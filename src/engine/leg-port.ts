import type { KeyByInfo, LegId, RequestRef } from '../call/call.js';
import { DigestAccount } from './digest/account.js';
import type { Credentials } from './digest/authorization.js';
import type { AckFunction, SrfRequest, SrfResponse } from './drachtio.js';
import type { DialogName } from './replaces.js';
import type { SessionParty } from './session-id.js';
import type { KeptLeg } from './signalling.js';

/** What the adapter keeps of one leg. */
export interface LegPort {
  readonly leg: LegId;
  /** `<Call-ID>;from-tag=<tag>`, the server's name of the dialog; empty until our INVITE is on its way. */
  dialogId: string;
  readonly direction: 'in' | 'out';
  /** The INVITE that we answer, on inbound legs; null after a restart. */
  inbound: { readonly req: SrfRequest; readonly res: SrfResponse } | null;
  /** The INVITE that we sent, once the server has taken it. */
  outbound: SrfRequest | null;
  /** Answers the peer's challenges; null when its trunk has no account. */
  readonly account: DigestAccount | null;
  /** Our tag and the peer's, of the dialog or the latest early one; null until there is one. */
  localTag: string | null;
  remoteTag: string | null;
  /** A 2xx was sent or received. */
  answered: boolean;
  /** A CANCEL was asked for; its headers. */
  cancelWanted: Readonly<Record<string, string>> | null;
  /** Our BYE went out before the peer had said one. */
  hungUp: boolean;
  /** ACK of the 2xx that came last. */
  ack: AckFunction | null;
  /** Requests of the peer that wait for our response. */
  readonly waiting: Map<RequestRef, { readonly req: SrfRequest; readonly res: SrfResponse }>;
  /** Keys still to be sent, the first of which may be on its way. */
  readonly keys: KeyByInfo[];
  readonly session: SessionParty;
  /** Whom the leg speaks with; outlives that leg, so that a last BYE still names it. */
  partner: SessionParty | null;
}

/** The port of a leg that begins: `inbound` is the INVITE of the peer, null when we call. */
export function newPort(
  leg: LegId,
  credentials: Credentials | null,
  inbound: LegPort['inbound'],
  dialogId: string,
): LegPort {
  return {
    leg,
    dialogId,
    direction: inbound === null ? 'out' : 'in',
    inbound,
    outbound: null,
    account: credentials === null ? null : new DigestAccount(credentials),
    localTag: null,
    remoteTag: null,
    answered: false,
    cancelWanted: null,
    hungUp: false,
    ack: null,
    waiting: new Map(),
    keys: [],
    session: { uuid: null },
    partner: null,
  };
}

/** The port of a leg of before a restart. */
export function keptPort(leg: LegId, kept: KeptLeg, credentials: Credentials | null): LegPort {
  const { dialogId, direction, localTag, remoteTag, answered, uuid } = kept;
  const port = newPort(leg, credentials, null, dialogId);
  return { ...port, direction, localTag, remoteTag, answered, session: { uuid } };
}

/** What must be known of a port to make it again; null before its INVITE is on its way. */
export function keptOf(port: LegPort): KeptLeg | null {
  const { dialogId, direction, localTag, remoteTag, answered, session } = port;
  if (dialogId === '') return null;
  return { dialogId, direction, localTag, remoteTag, answered, uuid: session.uuid };
}

/** The legs of all calls, by our name and by the server's name of their dialog. */
export class LegPorts {
  readonly #byLeg = new Map<LegId, LegPort>();
  readonly #byDialog = new Map<string, LegPort>();

  add(port: LegPort): void {
    this.#byLeg.set(port.leg, port);
    if (port.dialogId !== '') this.#byDialog.set(port.dialogId, port);
  }

  nameDialog(port: LegPort, dialogId: string): void {
    this.#forgetDialog(port);
    port.dialogId = dialogId;
    this.#byDialog.set(dialogId, port);
  }

  get(leg: LegId): LegPort | undefined {
    return this.#byLeg.get(leg);
  }

  ofDialog(dialogId: string): LegPort | undefined {
    return this.#byDialog.get(dialogId);
  }

  /**
   * The dialog that a Replaces names: to-tag is ours and from-tag the peer's, whoever called (RFC 3891 §3). The
   * server's name of a dialog holds the tag of whoever called.
   */
  named({ callId, toTag, fromTag }: DialogName): LegPort | undefined {
    const called = this.#byDialog.get(nameOf(callId, toTag));
    if (called?.direction === 'out' && called.remoteTag === fromTag) return called;
    const calling = this.#byDialog.get(nameOf(callId, fromTag));
    return calling?.direction === 'in' && calling.localTag === toTag ? calling : undefined;
  }

  delete(leg: LegId): void {
    const port = this.#byLeg.get(leg);
    if (port === undefined) return;
    this.#byLeg.delete(leg);
    this.#forgetDialog(port);
  }

  get size(): number {
    return this.#byLeg.size;
  }

  #forgetDialog(port: LegPort): void {
    if (this.#byDialog.get(port.dialogId) === port) this.#byDialog.delete(port.dialogId);
  }
}

/** The server's name of a dialog: its Call-ID and the tag of whoever sent the INVITE. */
export function nameOf(callId: string, callerTag: string): string {
  return `${callId};from-tag=${callerTag}`;
}
