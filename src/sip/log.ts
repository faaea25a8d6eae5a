/** The log that the SIP server writes to; a pino logger fits. */
export interface SipLog {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

const nothing = (): void => undefined;

/** Writes nowhere. */
export const silentLog: SipLog = { debug: nothing, info: nothing, warn: nothing };

/** Every SIP message that enters or leaves, for traces and ladder diagrams. */
export interface TraceEntry {
  readonly direction: 'in' | 'out';
  readonly transport: string;
  /** `host:port`, IPv6 in brackets. */
  readonly local: string;
  readonly remote: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly bytes: Buffer;
}

export type Trace = (entry: TraceEntry) => void;
