/** What is kept of dialogs and of unanswered INVITEs, so that a program that was killed can go on with them. */
import { Headers } from '../message/headers.js';
import { ownText, skeleton } from '../message/keep.js';
import { SipRequest } from '../message/message.js';
import type { Flow, Listener, Transport } from '../transport/flow.js';
import type { Dialog, InboundRequest, OutboundRequest } from './dialog.js';
import type { DialogState } from './dialog-state.js';
import { FOR_ACK } from './for-ack.js';

/** The bound address of a listener. */
export interface KeptListener {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
}

/** Where the peer was heard last; over UDP alone, because connections end with the process. */
export interface KeptPeer {
  readonly host: string;
  readonly port: number;
}

/** A confirmed dialog of an INVITE. */
export interface KeptDialog {
  readonly kind: 'dialog';
  readonly id: string;
  readonly role: 'uac' | 'uas';
  /** With a local sequence number that no request of this process will reach before it is kept again. */
  readonly state: DialogState;
  readonly contact: string;
  readonly hiddenHost: string | null;
  readonly listener: KeptListener;
  readonly peer: KeptPeer | null;
  readonly session: { readonly seconds: number; readonly weRefresh: boolean; readonly endsAt: number } | null;
  readonly localSdp: string;
  readonly peerUpdates: boolean;
}

/** An INVITE without a final response: of ours (`sent`), without its body, or of a peer (`came`). */
export interface KeptInvite {
  readonly kind: 'sent' | 'came';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly listener: KeptListener;
  readonly peer: KeptPeer;
  readonly uri: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** One character a byte. */
  readonly body: string;
}

export type Kept = KeptDialog | KeptInvite;

/** A dialog is kept again after so many requests of ours; RFC 3261 §12.2.1.1 lets numbers leave gaps. */
const SEQ_STEP = 64;

/** A number that is above all of this process until it is kept again. */
function seqOfNextLife(seq: number): number {
  return (Math.floor(seq / SEQ_STEP) + 2) * SEQ_STEP;
}

const listenerOf = ({ transport, host, port }: Listener): KeptListener => ({ transport, host, port });
const peerOf = ({ remoteHost, remotePort }: Flow): KeptPeer => ({ host: remoteHost, port: remotePort });

/** Null while there is nothing to go on with: only confirmed dialogs of INVITEs outlive the process. */
export function keptDialog(dialog: Dialog): KeptDialog | null {
  const { id, role, state, contact, hiddenHost, flow, session, localSdp, peerUpdates } = dialog;
  if (dialog.phase !== 'confirmed' || dialog.kind !== 'INVITE' || state === null) return null;
  return {
    kind: 'dialog',
    id,
    role,
    state: { ...state, localSeq: seqOfNextLife(state.localSeq), remoteSeq: -1 },
    contact,
    hiddenHost,
    listener: listenerOf(dialog.listener),
    peer: flow?.listener.transport === 'udp' ? peerOf(flow) : null,
    session:
      session === null
        ? null
        : { seconds: session.seconds, weRefresh: session.weRefresh, endsAt: session.endsAt },
    localSdp: localSdp.toString('latin1'),
    peerUpdates,
  };
}

/** An INVITE of ours, as much of it as CANCEL, ACK and BYE need. */
export function keptSent({ request, flow }: OutboundRequest, at: number): KeptInvite {
  return keptInvite('sent', skeleton(request, FOR_ACK), flow, at);
}

/** An INVITE of a peer, whole: it is heard again. */
export function keptCame({ request, transaction }: InboundRequest, at: number): KeptInvite {
  return keptInvite('came', request, transaction.flow, at);
}

function keptInvite(kind: KeptInvite['kind'], request: SipRequest, flow: Flow, at: number): KeptInvite {
  const { headers, body, uri } = request;
  const pairs = headers.names.map((name, i) => [name, headers.values[i] ?? ''] as const);
  return {
    kind,
    at,
    listener: listenerOf(flow.listener),
    peer: peerOf(flow),
    uri,
    headers: pairs,
    body: body.toString('latin1'),
  };
}

/** The INVITE as it was. */
export function inviteOf({ uri, headers, body }: KeptInvite): SipRequest {
  const all = new Headers();
  for (const [name, value] of headers) all.add(name, ownText(value));
  return new SipRequest('INVITE', uri, all, Buffer.from(body, 'latin1'));
}

/** What was kept as this text; null when it is nothing that we understand. */
export function readKept(text: string): Kept | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  // The rest of the shape is what `Keeper` wrote; a change of it takes another kind.
  if (value.kind === 'dialog') return value as KeptDialog;
  return value.kind === 'sent' || value.kind === 'came' ? (value as KeptInvite) : null;
}
