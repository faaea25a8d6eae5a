import type { ControlAddress } from '../control/control-server.js';
import type { BoundAddress, SipServerOptions, SipServerStats } from '../server.js';
import type { TraceFilter } from '../trace/filter.js';
import type { HepTarget } from '../trace/hep.js';

/** What passes between the program and the thread that runs its SIP server: plain data, copied. */

/** A block of addresses that are never counted or blocked. */
export interface TrustedBlock {
  readonly address: string;
  /** Bits of the prefix that count. */
  readonly bits: number;
  readonly family: 4 | 6;
}

/** What becomes of the messages, see `trace/tracer.ts`. */
export interface ThreadTrace {
  readonly filter: TraceFilter;
  /** Each message also goes to the log. */
  readonly toLog: boolean;
  readonly pcap?: string;
  readonly hep?: HepTarget;
}

/** The thread's `workerData`. */
export interface ThreadSetup {
  readonly options: Omit<SipServerOptions, 'clock' | 'log' | 'trace' | 'trusted' | 'dns'>;
  readonly trusted: readonly TrustedBlock[];
  readonly trace: ThreadTrace | null;
  /** Whether anybody reads what is logged at that level; else it is not even sent. */
  readonly debugLog: boolean;
}

export interface Started {
  readonly listeners: readonly BoundAddress[];
  readonly control: ControlAddress;
}

export type ToThread =
  | { readonly type: 'stats' }
  /** Replaces the blocks that are trusted. */
  | { readonly type: 'trust'; readonly blocks: readonly TrustedBlock[] }
  | { readonly type: 'reloadCertificates' }
  | { readonly type: 'stop' };

export type FromThread =
  | { readonly type: 'started'; readonly started: Started }
  | { readonly type: 'refused'; readonly error: Error }
  | { readonly type: 'stats'; readonly stats: SipServerStats }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn';
      readonly fields: object;
      readonly text: string;
    }
  | { readonly type: 'stopped' };
