import type { UserAgent } from './user-agent.js';

/** What the user of a phone gets to know. */
export interface SessionEvents {
  /** The dialog is there, and its ACK sent or received. */
  up?(): void;
  /** Told once, and not when the phone crashed. */
  over?(how: string): void;
  /** What a NOTIFY told of a transfer. */
  notified?(status: number, final: boolean): void;
}

export interface SessionParts {
  readonly agent: UserAgent;
  readonly callId: string;
  /** Media address, no other session's. */
  readonly address: string;
  readonly events: SessionEvents;
  /** The server did something that RFC 3261 or one of its friends forbids. */
  readonly complain: (what: string) => void;
}

/** How a phone deals with re-INVITEs of the other side. */
export interface Manners {
  /** Refuses every new description with 488. */
  refusesOffers: boolean;
  /** Answers although a CANCEL came. */
  stubborn: boolean;
}

/** The INVITE of a phone that calls. */
export interface Calling {
  readonly uri: string;
  readonly branch: string;
  readonly late: boolean;
  cancel: 'no' | 'wanted' | 'sent';
  provisional: boolean;
  final: boolean;
  told?: boolean;
}
