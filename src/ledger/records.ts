/**
 * What the ledger keeps, for ever, of calls, legs, transfers and recordings, and of who did what with them. A field that was not measured is null:
 * nothing in here is guessed. Times are UTC in milliseconds since 1970; durations are monotonic.
 */

/** `monitor`: somebody who listens to the call and has no part in it. */
export type LegRole = 'caller' | 'agent' | 'target' | 'monitor';
export type LegDirection = 'in' | 'out';

/** Who ended a leg or call. `us`: a limit of the dial plan, or because the other party left. */
export type EndedBy = 'caller' | 'agent' | 'target' | 'monitor' | 'us' | 'operator' | 'network' | 'crash';

/** How somebody who listens to a call is heard: by nobody, by the agent alone, or by both. */
export type MonitorMode = 'listen' | 'whisper' | 'join';

/** How a leg ended. */
export type LegOutcome = 'answered' | 'rejected' | 'unanswered' | 'cancelled' | 'unreachable' | 'interrupted';

/** Figures from the media anchor; null where media did not pass through one. What was not measured is null. */
export interface MediaFigures {
  readonly packetsReceived: number;
  readonly packetsSent: number | null;
  readonly packetsLost: number | null;
  readonly jitterMs: number | null;
}

/** One SIP leg that existed on the wire. */
export interface LegRecord {
  readonly kind: 'leg';
  readonly id: string;
  readonly callId: string;
  readonly role: LegRole;
  readonly direction: LegDirection;
  /** Member whose agent this is; null for a caller. */
  readonly member: string | null;
  readonly trunk: string | null;
  /** `host:port/transport` of the peer. */
  readonly peer: string | null;
  /** What the person dialled (inbound) or was asked for (outbound: the member's number). */
  readonly numberDialled: string;
  /** What we put in the Request-URI (outbound) or matched as member number (inbound). */
  readonly numberCalled: string;
  /** Who of the member it was, as its PBX tells: an extension, mostly. */
  readonly agent: string | null;
  readonly callerNumber: string | null;
  readonly sipCallId: string | null;
  readonly startedAt: number;
  readonly ringingAt: number | null;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  /** From start to end; monotonic milliseconds. Null when a restart lies between. */
  readonly durationMs: number | null;
  /** From answer to end; monotonic milliseconds. Null when never answered, or a restart lies between. */
  readonly talkMs: number | null;
  readonly outcome: LegOutcome;
  readonly endedBy: EndedBy;
  /** Final status of the INVITE; null when none was seen or sent. */
  readonly sipStatus: number | null;
  /** Reason header or phrase that came with the end (RFC 3326); our own cause, one word, where we ended it. */
  readonly reason: string | null;
  /** The transfer that this leg was made for. */
  readonly transferId: string | null;
  readonly media: MediaFigures | null;
}

/** `refer`: REFER, with or without Replaces; `replaces`: INVITE with Replaces; `key`: keys of a telephone. */
export type TransferTrigger = 'refer' | 'replaces' | 'api' | 'key' | 'desk';
export type TransferMode = 'blind' | 'consult' | 'conference' | 'alert';
export type TransferOutcome = 'completed' | 'failed' | 'refused' | 'abandoned' | 'interrupted';

/** One transfer that somebody asked for, also when it was refused. */
export interface TransferRecord {
  readonly kind: 'transfer';
  readonly id: string;
  readonly callId: string;
  readonly trigger: TransferTrigger;
  readonly mode: TransferMode;
  readonly fromMember: string | null;
  /** Member asked for; null when what was asked for is no member. */
  readonly toMember: string | null;
  /** What was asked for, as it was written. */
  readonly requestedTarget: string;
  readonly transferorLeg: string | null;
  readonly transfereeLeg: string;
  readonly targetLeg: string | null;
  readonly requestedAt: number;
  readonly answeredAt: number | null;
  readonly completedAt: number | null;
  readonly failedAt: number | null;
  /** From request to the moment the caller was switched; monotonic milliseconds. */
  readonly switchMs: number | null;
  readonly outcome: TransferOutcome;
  /** Machine-readable: `busy`, `no-answer`, `unreachable`, `rejected`, `not-a-member`, `hop-limit`, ... Null when completed. */
  readonly cause: string | null;
  /** SIP status of the last target tried. */
  readonly sipStatus: number | null;
  /** Code of the matter in the catalogue. */
  readonly matter: string | null;
  /** What the agent wrote for the target. */
  readonly note: string | null;
}

/** `not-reached`: a call of ours to somebody who was to be called back, who did not answer, or whose agent did not. */
export type CallOutcome = 'answered' | 'missed' | 'abandoned' | 'refused' | 'not-reached' | 'interrupted';

/** One caller's visit, however many legs and transfers it took. */
export interface CallRecord {
  readonly kind: 'call';
  readonly id: string;
  readonly callerNumber: string | null;
  readonly firstDialled: string;
  /** Member first called; null when the number was no member's. */
  readonly firstMember: string | null;
  /** Member whose agent spoke last with the caller. */
  readonly lastMember: string | null;
  readonly trunk: string | null;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly durationMs: number | null;
  /** From the INVITE to the first answer, or to the end when there was none. */
  readonly waitMs: number | null;
  readonly outcome: CallOutcome;
  /** True when somebody owes the caller a call back: nobody answered, or the last return failed. */
  readonly missed: boolean;
  readonly endedBy: EndedBy;
  readonly cause: string | null;
  readonly legs: number;
  /** Transfers asked for. */
  readonly transfers: number;
  readonly planVersion: string;
  /** Transfers completed to another member. Null: not counted when it was written. */
  readonly hops: number | null;
  /**
   * How long the caller was with nobody after the first answer: while agent and target consulted, after an agent who
   * left before the target answered, on the way back. Monotonic milliseconds; null when nobody answered, when a restart
   * lies within, or when it was not measured.
   */
  readonly heldMs: number | null;
  /** The missed call whose caller was called back by this one; null where somebody called us. */
  readonly callBackOf: string | null;
}

/** One party on a channel of a recording. */
export interface RecordedVoice {
  /** `left`: the caller; `right`: whom they talked with. */
  readonly channel: 'left' | 'right';
  readonly leg: string;
  readonly role: LegRole;
  /** Null for a caller. */
  readonly member: string | null;
  readonly fromAt: number;
  readonly toAt: number;
}

/** `kept`: there is a file. `empty`: nobody sent audio. `failed`: see the cause; the call went on. */
export type RecordingOutcome = 'kept' | 'empty' | 'failed';
export type RecordingTrigger = 'policy' | 'request';
/** Why it ended: with the call, by request, because the party must not be recorded, for want of space, by a crash. */
export type RecordingEnd = 'call' | 'request' | 'policy' | 'no-space' | 'crash';

/** A stretch of a call that was recorded, or should have been. */
export interface RecordingRecord {
  readonly kind: 'recording';
  readonly id: string;
  readonly callId: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of the audio in the file; null without one. */
  readonly durationMs: number | null;
  readonly trigger: RecordingTrigger;
  /** Who asked for it; null when the dial plan did. */
  readonly requestedBy: string | null;
  readonly outcome: RecordingOutcome;
  readonly endedBy: RecordingEnd;
  /** Machine-readable: `no-space`, `not-written`, `not-made`, ... Null when all went well. */
  readonly cause: string | null;
  /** When the caller was told; null when not. */
  readonly announcedAt: number | null;
  /** Path within the folder of recordings; null when there is no file. */
  readonly file: string | null;
  /** Such as `audio/wav; rate=8000; channels=2`. */
  readonly format: string | null;
  readonly bytes: number | null;
  /** Of the file; 64 lower-case hex digits. */
  readonly sha256: string | null;
  /** Who is on which channel from when to when, in order. */
  readonly voices: readonly RecordedVoice[];
}

export type AuditAction =
  | 'recording-started'
  | 'recording-stopped'
  | 'recording-linked'
  | 'recording-played'
  | 'recording-deleted'
  /** An agent's state has changed; `detail` says from what to what, and why. */
  | 'agent-state'
  /** A caller whom nobody had answered was called back. */
  | 'called-back'
  /** A caller was called back, and not reached; `detail` says why. */
  | 'call-back-failed'
  /** An agent wrote a note of a call, `detail`; the last one counts. */
  | 'note-written'
  /** Records left the house as a file: `subject` says of which kind, `detail` with which filter and format. */
  | 'exported'
  /** A person, `subject`, logged in or out at the pages; `detail` is the address. */
  | 'logged-in'
  | 'logged-out'
  /** Somebody was not let in under the name `subject`; `detail` says why and from where. */
  | 'login-refused'
  /** Somebody who was let in was refused what they asked for, `subject`; `detail` says why and from where. */
  | 'refused'
  /** At the command line the account of a person, `subject`, was made, changed, `detail` says to what, or got another password. */
  | 'account-added'
  | 'account-changed'
  | 'password-changed'
  /** At the command line a token of the API, `subject`, was issued, got another secret, or was ended. */
  | 'token-added'
  | 'token-rotated'
  | 'token-revoked'
  /** Somebody was shown the number of a caller that is masked for them; `detail` says why. */
  | 'number-shown'
  /** A ledger of one file was taken over into months; `subject` is the head that it had, `detail` whether it fitted. */
  | 'ledger-taken-over'
  /** Somebody is called to listen to a call; `detail` says who. */
  | 'monitor-started'
  /** How the listener is heard has changed; `detail` says from what to what. */
  | 'monitor-changed'
  /** Nobody listens any more; `detail` says why. */
  | 'monitor-stopped'
  /** A month's file was deleted because its time was over; `detail` says where the chain stood before and after it. */
  | 'month-deleted'
  /** Records are held, that is kept and left alone; `subject` is the hold, `detail` says why. */
  | 'hold-added'
  | 'hold-released'
  /** The file of a month, `subject`, gets no more records; `detail` is how it was then, as JSON. */
  | 'month-closed'
  /** A finished month's file is changed, `detail` says why; no record is. It is closed again afterwards. */
  | 'month-opened'
  /** Personal data were erased; `subject` is the erasure, `detail` why and in which records, as JSON. */
  | 'erased'
  /** In a saved report, `subject`, a pseudonym stands for the number of a caller who is erased; `detail` says why. */
  | 'report-erased';

/** Somebody did something that others must be able to ask about later. */
export interface AuditRecord {
  readonly kind: 'audit';
  readonly id: string;
  readonly doneAt: number;
  /** Holder of the token; `onekey` where the program did it by itself. */
  readonly actor: string;
  readonly action: AuditAction;
  /** What it was done to: the id of a recording or of a call, or the account of an agent. */
  readonly subject: string;
  readonly callId: string | null;
  /** Where from (an address), or why. */
  readonly detail: string | null;
}

export type LedgerRecord = CallRecord | LegRecord | TransferRecord | RecordingRecord | AuditRecord;
