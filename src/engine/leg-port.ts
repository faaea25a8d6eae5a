import type { LegId, RequestRef } from '../call/call.js';
import { DigestAccount } from './digest/account.js';
import type { Credentials } from './digest/authorization.js';
import type { AckFunction, SrfRequest, SrfResponse } from './drachtio.js';

/** What the adapter keeps of one leg. */
export interface LegPort {
  readonly leg: LegId;
  /** `<Call-ID>;from-tag=<tag>`, the server's name of the dialog; empty until our INVITE is on its way. */
  dialogId: string;
  /** The INVITE that we answer, on inbound legs. */
  readonly inbound: { readonly req: SrfRequest; readonly res: SrfResponse } | null;
  /** The INVITE that we sent, once the server has taken it. */
  outbound: SrfRequest | null;
  /** Answers the peer's challenges; null when its trunk has no account. */
  readonly account: DigestAccount | null;
  /** A CANCEL that was asked for: it waits while the server has not taken the INVITE. */
  cancelWanted: Readonly<Record<string, string>> | null;
  /** ACK of the 2xx that came last. */
  ack: AckFunction | null;
  /** Requests of the peer that wait for our response. */
  readonly waiting: Map<RequestRef, { readonly req: SrfRequest; readonly res: SrfResponse }>;
}

/** The port of a leg that begins: `inbound` is the INVITE of the peer, null when we call. */
export function newPort(
  leg: LegId,
  credentials: Credentials | null,
  dialogId: string,
  inbound: LegPort['inbound'],
): LegPort {
  return {
    leg,
    dialogId,
    inbound,
    outbound: null,
    account: credentials === null ? null : new DigestAccount(credentials),
    cancelWanted: null,
    ack: null,
    waiting: new Map(),
  };
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
    port.dialogId = dialogId;
    this.#byDialog.set(dialogId, port);
  }

  get(leg: LegId): LegPort | undefined {
    return this.#byLeg.get(leg);
  }

  ofDialog(dialogId: string): LegPort | undefined {
    return this.#byDialog.get(dialogId);
  }

  delete(leg: LegId): void {
    const port = this.#byLeg.get(leg);
    if (port === undefined) return;
    this.#byLeg.delete(leg);
    if (this.#byDialog.get(port.dialogId) === port) this.#byDialog.delete(port.dialogId);
  }

  get size(): number {
    return this.#byLeg.size;
  }
}
