import type { Clock } from '../clock.js';
import type { SipLimits } from '../limits.js';
import type { SipLog } from '../log.js';
import type { ParseResult } from '../message/parse.js';
import type { OpenDatagrams } from './datagram-port.js';
import type { Flow } from './flow.js';

/** What the transports tell the layers above. */
export interface TransportEvents {
  received(result: ParseResult, flow: Flow, bytes: Buffer): void;
  /** Sending on this flow failed, or its connection is gone. */
  failed(flowKey: string, error: Error): void;
}

/** Decides whom we listen to; asked before anything is parsed. */
export interface Doorkeeper {
  /** Whether a message from this address is read. */
  admit(host: string): boolean;
  /** Whether one more connection from this address is taken; `connected` are already open. */
  accept(host: string, connected: number): boolean;
  /** What came from this address was no SIP at all. */
  rubbish(host: string): void;
}

/** What every connection needs. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly limits: SipLimits;
  readonly log: SipLog;
  readonly events: TransportEvents;
  readonly door: Doorkeeper;
  /** How UDP listeners get their port. */
  readonly datagrams: OpenDatagrams;
}
