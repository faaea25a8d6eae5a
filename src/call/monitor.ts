/**
 * Somebody listens to a call: a leg of its own beside the call, which knows nothing of it. Plain JSON, never changed in
 * place, as a call is.
 */
import type { LedgerRecord, LegRole, MonitorMode } from '../ledger/records.js';
import type { CallId, Instant, Leg, LegId, RequestRef } from './call.js';
import type { Candidate } from './candidate.js';
import type { CommandOf } from './command.js';
import type { HangUpBy } from './event.js';

export type MonitorId = string;
export type { MonitorMode };

export const MONITOR_ROLE: LegRole = 'monitor';

/** Why nobody listens any more; in the audit as well. */
export type MonitorEnd =
  /** By request. */
  | 'request'
  /** The listener hung up. */
  | 'hung-up'
  /** The call is over. */
  | 'call-ended'
  | 'busy'
  | 'no-answer'
  | 'rejected'
  | 'unreachable'
  /** Media or mixer could not do it, or no more. */
  | 'media-lost'
  /** The program was killed and is here again. */
  | 'restart';

export interface Monitor {
  readonly id: MonitorId;
  /** The call that is listened to. */
  readonly callId: CallId;
  readonly callerNumber: string | null;
  /** Who asked for it. */
  readonly by: string;
  /** Whom we call, in words. */
  readonly listener: string;
  readonly leg: Leg;
  /**
   * - `none`: not answered yet, or over
   * - `opening`: media is asked to let the listener hear the call
   * - `open`: it does
   */
  readonly ear: 'none' | 'opening' | 'open';
  /** How the listener is heard. */
  readonly mode: MonitorMode;
  /** Media is asked for this mode, by somebody who waits for an answer. */
  readonly changing: { readonly to: MonitorMode; readonly by: string; readonly ticket: number } | null;
  /** Modes that were changed so far; names their records. */
  readonly changes: number;
  readonly end: { readonly cause: MonitorEnd; readonly by: string } | null;
}

export type MonitorEvent = { readonly at: Instant } & (
  | { readonly type: 'sent'; readonly leg: LegId; readonly sipCallId: string }
  | { readonly type: 'provisional'; readonly leg: LegId }
  | {
      readonly type: 'answered';
      readonly leg: LegId;
      readonly sdp: string | null;
      readonly agent: string | null;
    }
  | {
      readonly type: 'failed';
      readonly leg: LegId;
      readonly status: number;
      readonly reason: string | null;
      readonly reached: boolean;
    }
  | { readonly type: 'hung-up'; readonly leg: LegId; readonly by: HangUpBy; readonly reason: string | null }
  | { readonly type: 'bye-answered'; readonly leg: LegId }
  | {
      readonly type: 'offered';
      readonly leg: LegId;
      readonly request: RequestRef;
      readonly sdp: string | null;
    }
  | { readonly type: 'acked'; readonly leg: LegId; readonly sdp: string | null }
  /** A request of the listener's phone that would do something to a call: it does nothing to this one. */
  | {
      readonly type: 'steered';
      readonly leg: LegId;
      readonly request: RequestRef;
      readonly status: 200 | 403 | 480;
    }
  /** Media has done what it was asked, or cannot. */
  | { readonly type: 'ear-opened'; readonly callId: CallId; readonly ok: boolean }
  | {
      readonly type: 'mode-set';
      readonly callId: CallId;
      readonly failure: 'not-talking' | 'mode-unavailable' | null;
    }
  /** The parties were moved: the listener is heard by nobody any more. */
  | { readonly type: 'mode-reset' }
  | { readonly type: 'media-lost' }
  /** `ticket` comes back with the reply. */
  | {
      readonly type: 'mode-asked';
      readonly mode: MonitorMode;
      readonly by: string;
      readonly ticket: number;
    }
  | { readonly type: 'stop-asked'; readonly by: string }
  | { readonly type: 'call-over' }
  /** The call has become part of another. */
  | { readonly type: 'call-joined'; readonly into: CallId }
  | { readonly type: 'recovered' }
  | { readonly type: 'timer'; readonly timer: MonitorTimer }
);

export type MonitorTimer = `ring:${LegId}` | `silent:${LegId}` | `guard:${LegId}`;

export type MonitorRefusal = 'not-listening' | 'mode-pending' | 'not-talking' | 'mode-unavailable';

export type MonitorReply =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: MonitorRefusal; readonly message: string };

export type MonitorCommand =
  | { readonly type: 'invite'; readonly leg: LegId; readonly to: Candidate }
  | CommandOf<'cancel'>
  | CommandOf<'bye'>
  | CommandOf<'ack'>
  /** Answer a request; with `describe` by the description that the media server has for the listener. */
  | {
      readonly type: 'respond';
      readonly leg: LegId;
      readonly request: RequestRef;
      readonly status: number;
      readonly describe: boolean;
    }
  | CommandOf<'heard'>
  /** `ear-opened` must follow. */
  | { readonly type: 'open-ear'; readonly callId: CallId; readonly leg: LegId }
  /** `mode-set` must follow. */
  | { readonly type: 'set-mode'; readonly callId: CallId; readonly mode: MonitorMode }
  | { readonly type: 'close-ear'; readonly callId: CallId }
  | { readonly type: 'start-timer'; readonly timer: MonitorTimer; readonly ms: number }
  | { readonly type: 'stop-timer'; readonly timer: MonitorTimer }
  | { readonly type: 'write'; readonly record: LedgerRecord }
  | {
      readonly type: 'publish';
      readonly event: 'monitor-started' | 'monitor-changed' | 'monitor-stopped';
      readonly detail: Readonly<Record<string, string | number | boolean | null>>;
    }
  | { readonly type: 'reply'; readonly ticket: number; readonly result: MonitorReply }
  | { readonly type: 'unexpected'; readonly event: string; readonly why: string }
  /** The leg is gone and all records are written. */
  | { readonly type: 'forget' };

export interface MonitorStep {
  readonly monitor: Monitor;
  readonly commands: readonly MonitorCommand[];
}
