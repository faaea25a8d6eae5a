import { BoundedMap } from '../guard/bounded-map.js';
import type { SipRequest } from '../message/message.js';
import { parseNameAddr } from '../message/name-addr.js';
import { parseUri, type SipUri } from '../message/uri.js';
import { type Flow, isWebSocket } from './flow.js';

/** Contacts that can only be reached on the flow that they came on: those of registered WebSocket clients. */
const MOST_CONTACTS = 50_000;

const keyOf = (uri: SipUri): string => `${uri.user}@${uri.host.toLowerCase()}:${uri.port ?? ''}`;

/** Remembers the flows of WebSocket clients by the Contact that they registered (RFC 7118 §5, RFC 5626 §5.3). */
export class FlowBook {
  private readonly flows = new BoundedMap<Flow>(MOST_CONTACTS);
  private readonly contacts = new Map<string, string[]>();

  /** Takes note of a REGISTER; other requests and transports leave no trace. */
  learn(request: SipRequest, flow: Flow): void {
    if (request.method !== 'REGISTER' || !isWebSocket(flow.listener.transport)) return;
    const contact = request.list('Contact')[0];
    const uri = contact === undefined ? null : parseUri(parseNameAddr(contact).uri);
    if (uri === null || !uri.host.toLowerCase().endsWith('.invalid')) return;
    const key = keyOf(uri);
    const before = this.flows.get(key);
    if (before === flow) return;
    // A live client's contact is not taken over from elsewhere.
    if (before?.open && before.remoteHost !== flow.remoteHost) return;
    const known = this.contacts.get(flow.key) ?? [];
    if (known.length >= MOST_PER_FLOW) return;
    this.contacts.set(flow.key, [...known, key]);
    this.flows.set(key, flow);
  }

  find(uri: SipUri): Flow | null {
    if (this.flows.size === 0) return null;
    const flow = this.flows.get(keyOf(uri));
    return flow?.open ? flow : null;
  }

  /** The flow is gone. */
  forget(flowKey: string): void {
    for (const key of this.contacts.get(flowKey) ?? []) {
      if (this.flows.get(key)?.key === flowKey) this.flows.delete(key);
    }
    this.contacts.delete(flowKey);
  }
}

/** One client registers one contact, a few when it has several lines. */
const MOST_PER_FLOW = 16;
