import type { RecordKind } from './columns.js';
import type {
  AuditAction,
  AuditRecord,
  CallOutcome,
  CallRecord,
  EndedBy,
  LegDirection,
  LegOutcome,
  LegRecord,
  LegRole,
  RecordingOutcome,
  RecordingRecord,
  TransferMode,
  TransferOutcome,
  TransferRecord,
  TransferTrigger,
} from './records.js';

/** A record as it is kept: with its place in the chain, counted from 1. */
export type Stored<T> = T & { readonly seq: number };

/** A place between two records of a listing; see {@link encodeCursor}. */
export interface Cursor {
  /** UTC milliseconds: the time by which the listing is ordered. */
  readonly time: number;
  readonly seq: number;
}

/** What all listings have. A field that is left out does not narrow the listing. */
export interface PageRequest {
  /** Start of a call, leg or recording, request of a transfer, time of an audit: at or after; UTC milliseconds. */
  readonly from?: number | undefined;
  /** Before; UTC milliseconds. */
  readonly to?: number | undefined;
  /** 1 to 500; default 50. */
  readonly limit?: number | undefined;
  /** Go on after this place. */
  readonly cursor?: Cursor | undefined;
  /** Default newest first. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** Ids of members: only what belongs to calls that are theirs, without ids of others; see call-scope.ts. All, when left out. */
  readonly scope?: readonly string[] | undefined;
}

export interface CallFilter extends PageRequest {
  readonly firstMember?: string | undefined;
  readonly lastMember?: string | undefined;
  /** What the caller dialled. */
  readonly firstDialled?: string | undefined;
  /** Member first called, or the last that spoke with the caller. */
  readonly member?: string | undefined;
  /** Caller's number; a `*` at the end stands for any rest. */
  readonly caller?: string | undefined;
  readonly trunk?: string | undefined;
  readonly outcome?: CallOutcome | undefined;
  readonly cause?: string | undefined;
  readonly endedBy?: EndedBy | undefined;
  readonly missed?: boolean | undefined;
  /** Calls by which the caller of this missed call was called back. */
  readonly callBackOf?: string | undefined;
  /** Calls in which this agent was, as the PBX told. */
  readonly agent?: string | undefined;
  /** Calls with a transfer that was asked for by, to and with: one that has all that is given. */
  readonly fromMember?: string | undefined;
  readonly toMember?: string | undefined;
  readonly matter?: string | undefined;
  /** Bounds of the length and of the wait for the first answer, both within; seconds. */
  readonly minDuration?: number | undefined;
  readonly maxDuration?: number | undefined;
  readonly minWait?: number | undefined;
  readonly maxWait?: number | undefined;
}

export interface LegFilter extends PageRequest {
  readonly callId?: string | undefined;
  readonly member?: string | undefined;
  /** Caller's number; a `*` at the end stands for any rest. */
  readonly caller?: string | undefined;
  readonly trunk?: string | undefined;
  /** Who of the member it was, as its PBX told. */
  readonly agent?: string | undefined;
  readonly role?: LegRole | undefined;
  readonly direction?: LegDirection | undefined;
  readonly outcome?: LegOutcome | undefined;
  readonly endedBy?: EndedBy | undefined;
  readonly sipStatus?: number | undefined;
  readonly sipCallId?: string | undefined;
  readonly transferId?: string | undefined;
  /** Bounds of the length and of the time talked, both within; seconds. */
  readonly minDuration?: number | undefined;
  readonly maxDuration?: number | undefined;
  readonly minTalk?: number | undefined;
  readonly maxTalk?: number | undefined;
}

export interface TransferFilter extends PageRequest {
  readonly id?: string | undefined;
  readonly callId?: string | undefined;
  /** Member that transferred or was asked for. */
  readonly member?: string | undefined;
  readonly fromMember?: string | undefined;
  readonly toMember?: string | undefined;
  readonly trigger?: TransferTrigger | undefined;
  readonly mode?: TransferMode | undefined;
  readonly outcome?: TransferOutcome | undefined;
  readonly cause?: string | undefined;
  /** Code of the matter. */
  readonly matter?: string | undefined;
  /** Number of the caller, once their call has ended; a `*` at the end stands for any rest. */
  readonly caller?: string | undefined;
  /** Member that the caller called first, once their call has ended. */
  readonly firstMember?: string | undefined;
  /** Bounds of the time from request to switch, both within; seconds. */
  readonly minSwitch?: number | undefined;
  readonly maxSwitch?: number | undefined;
}

export interface RecordingFilter extends PageRequest {
  readonly id?: string | undefined;
  readonly callId?: string | undefined;
  readonly outcome?: RecordingOutcome | undefined;
  readonly requestedBy?: string | undefined;
}

export interface AuditFilter extends PageRequest {
  readonly actor?: string | undefined;
  readonly action?: AuditAction | undefined;
  /** Id of a recording or call. */
  readonly subject?: string | undefined;
  readonly callId?: string | undefined;
}

/**
 * One page of a listing; `next` is null at the end. Where no index serves a filter, a page that took too long to look for
 * is given as far as it came: it may have few items or none, and still go on.
 */
export interface Page<T> {
  readonly items: readonly Stored<T>[];
  readonly next: Cursor | null;
  /** Up to when such a page has looked; UTC milliseconds. Not there when a page is full or the last one. */
  readonly searchedTo?: number;
}

/** A call with everything that belongs to it, oldest first. `call` is null while the call lives. */
export interface CallStory {
  readonly call: Stored<CallRecord> | null;
  readonly legs: readonly Stored<LegRecord>[];
  readonly transfers: readonly Stored<TransferRecord>[];
  readonly recordings: readonly Stored<RecordingRecord>[];
}

/** The cursor as opaque text, safe in a URL. */
export function encodeCursor({ time, seq }: Cursor): string {
  return Buffer.from(`${time}.${seq}`, 'latin1').toString('base64url');
}

/** The cursor that a text stands for; undefined when it is none. */
export function decodeCursor(text: string): Cursor | undefined {
  const match = /^(-?\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(text, 'base64url').toString('latin1'));
  return match === null ? undefined : { time: Number(match[1]), seq: Number(match[2]) };
}

/** Limits of `PageRequest.limit`. */
export const PAGE_LIMIT = { default: 50, max: 500 } as const;

/** The filter of each kind. */
export interface Filters {
  readonly call: CallFilter;
  readonly leg: LegFilter;
  readonly transfer: TransferFilter;
  readonly recording: RecordingFilter;
  readonly audit: AuditFilter;
}

/** The record type of each kind. */
export interface RecordOf {
  readonly call: CallRecord;
  readonly leg: LegRecord;
  readonly transfer: TransferRecord;
  readonly recording: RecordingRecord;
  readonly audit: AuditRecord;
}

/** The column that orders the listings of each kind. */
export const TIME_COLUMN: Readonly<Record<RecordKind, string>> = {
  call: 'started_at',
  leg: 'started_at',
  transfer: 'requested_at',
  recording: 'started_at',
  audit: 'done_at',
};
