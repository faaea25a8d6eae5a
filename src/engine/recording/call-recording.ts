import type { Call, CallId, Leg } from '../../call/call.js';
import type { RecordingPolicy as PlanPolicy } from '../../dialplan/plan.js';
import type { RecordingEnd, RecordingRecord, RecordingTrigger } from '../../ledger/records.js';
import { type OpenVoice, type RecordingEntry, recordOf } from '../../media/recording/entry.js';
import type { MediaRecording } from '../../media/recording/media-recording.js';
import type { EngineClock, Timer } from '../clock.js';
import type { LiveRecording } from '../operations.js';
import { type Conversation, conversationOf } from './conversation.js';

/** What the dial plan wants for the conversations of a member. */
export interface RecordingPolicy {
  readonly recording: PlanPolicy;
  /** The caller is told first. */
  readonly announce: boolean;
}

/** Keeps recordings on the disk and makes their files. Nothing of it throws or rejects. */
export interface RecordingKeeper {
  readonly enoughRoom: boolean;
  note(entry: RecordingEntry): Promise<boolean>;
  finish(entry: RecordingEntry): void;
  isCaptured(callId: string): Promise<boolean>;
}

export type RecordingNews =
  | { readonly type: 'recording-started'; readonly recording: string; readonly trigger: RecordingTrigger }
  | { readonly type: 'recording-ended'; readonly recording: string; readonly endedBy: RecordingEnd }
  | { readonly type: 'recording-failed'; readonly recording: string; readonly cause: string };

export interface CallRecordingParts {
  readonly clock: EngineClock;
  /** Null where media is direct, or nothing can be written. */
  readonly media: MediaRecording | null;
  readonly keeper: RecordingKeeper | null;
  readonly policyOf: (member: string | null) => RecordingPolicy;
  readonly onNews: (callId: CallId, news: RecordingNews) => void;
  /** For recordings of which nothing was written. */
  readonly append: (record: RecordingRecord) => void;
}

/** Time after which a media server must have begun to write; milliseconds. */
const writtenWithinMs = 2000;
/** Announcements of one call that may be cut off by what happens to it. */
const mostAnnouncements = 10;
/** Causes with which nothing is written from the begin. */
type Unwritten = 'unavailable' | 'no-space' | 'not-announced';

/**
 * The recordings of one call, one after the other. It looks at each state of the call and asks the media server for
 * what the dial plan, or somebody, wants: a call knows nothing of being recorded, and no failure here reaches it.
 */
export class CallRecording {
  #entry: RecordingEntry | null = null;
  #count = 0;
  #requestedBy: string | null = null;
  #call: Call | null = null;
  #announcing = false;
  #announcements = 0;
  #announcedAt: number | null = null;
  /** Not begun again in this call: the disk was full, or the caller could not be told. */
  #givenUp = false;
  #check: Timer | null = null;
  #stopped: Promise<void> = Promise.resolve();

  constructor(
    readonly callId: CallId,
    private readonly parts: CallRecordingParts,
  ) {}

  /** What goes on now; null when nothing does. */
  get live(): LiveRecording | null {
    const entry = this.#entry;
    if (entry === null || entry.cause !== null) return null;
    const { id, startedAt, trigger, requestedBy } = entry;
    return { id, startedAt, trigger, requestedBy };
  }

  get requestedBy(): string | null {
    return this.#requestedBy;
  }

  /** The policy for whom the caller talks with now; null while they talk with nobody. */
  get policy(): RecordingPolicy | null {
    const talk = this.#call === null ? null : conversationOf(this.#call);
    return talk === null ? null : this.#policyOf(talk);
  }

  /** The call is in this state now. */
  see(call: Call): void {
    this.#call = call;
    if (call.phase.name === 'ended') return this.over();
    const talk = conversationOf(call);
    if (talk === null) return this.#hear([]);
    const { recording, announce } = this.#policyOf(talk);
    const wanted = recording === 'always' || (recording === 'on-demand' && this.#requestedBy !== null);
    const asked = recording === 'on-demand' && this.#entry?.trigger === 'request';
    if (!wanted) return this.#end(asked ? 'request' : 'policy');
    if (this.#entry === null && !this.#givenUp) this.#begin(talk, announce);
    this.#hear([
      { leg: talk.caller, channel: 'left' },
      ...talk.others.map((leg) => ({ leg, channel: 'right' }) as const),
    ]);
  }

  /** Somebody wants the call recorded, or no more. */
  request(by: string | null): void {
    this.#requestedBy = by;
    this.#givenUp = false;
    if (this.#call !== null) this.see(this.#call);
  }

  /** The disk is nearly full: what is there is kept. */
  outOfRoom(): void {
    this.#givenUp = true;
    this.#end('no-space');
  }

  over(): void {
    this.#end('call');
  }

  /** The program stops under the call. Resolves when the media server writes nothing more. */
  cutOff(): Promise<void> {
    this.#end('crash');
    return this.#stopped;
  }

  #policyOf({ others }: Conversation): RecordingPolicy {
    const all = others.map(({ member }) => this.parts.policyOf(member));
    // One of them who must not be recorded is enough.
    const recording = (['never', 'always'] as const).find((one) =>
      all.some((each) => each.recording === one),
    );
    return { recording: recording ?? 'on-demand', announce: all.some((one) => one.announce) };
  }

  #begin(talk: Conversation, announce: boolean): void {
    const { media, keeper } = this.parts;
    if (this.#announcing) return;
    if (media === null || keeper === null) return this.#fail('unavailable');
    if (!keeper.enoughRoom) return this.#fail('no-space');
    if (!announce || this.#announcedAt !== null) return this.#start(media, keeper);
    if (this.#announcements >= mostAnnouncements) return this.#fail('not-announced');
    this.#announcements += 1;
    this.#announcing = true;
    void media
      .announce(this.callId, talk.caller.id, talk.others[0].id)
      .catch(() => null)
      .then((told) => this.#announced(told));
  }

  /** Told, or cut off by what happened to the call (false), or the prompt cannot be played (null). */
  #announced(told: boolean | null): void {
    this.#announcing = false;
    if (told === true) this.#announcedAt = this.parts.clock.now().utc;
    if (told === null) this.#fail('not-announced');
    else if (this.#call !== null) this.see(this.#call);
  }

  #start(media: MediaRecording, keeper: RecordingKeeper): void {
    const entry = this.#newEntry(null);
    this.#entry = entry;
    void keeper.note(entry);
    this.parts.onNews(this.callId, {
      type: 'recording-started',
      recording: entry.id,
      trigger: entry.trigger,
    });
    void media.start(this.callId).then((started) => {
      if (!started) this.#trouble(entry.id, 'refused');
    });
    this.#check = this.parts.clock.after(writtenWithinMs, () => {
      void keeper.isCaptured(this.callId).then((written) => {
        if (!written) this.#trouble(entry.id, 'not-written');
      });
    });
  }

  /** Nothing is written: the ledger says so, with what would have been recorded. */
  #fail(cause: Unwritten): void {
    this.#entry = this.#newEntry(cause);
    this.#givenUp = true;
    this.parts.onNews(this.callId, { type: 'recording-failed', recording: this.#entry.id, cause });
  }

  #trouble(id: string, cause: string): void {
    if (this.#entry?.id !== id || this.#entry.cause !== null) return;
    this.#entry = { ...this.#entry, cause };
    void this.parts.keeper?.note(this.#entry);
    this.parts.onNews(this.callId, { type: 'recording-failed', recording: id, cause });
  }

  #newEntry(cause: Unwritten | null): RecordingEntry {
    this.#count += 1;
    // A call that goes on after a restart counts anew.
    const at = this.parts.clock.now().utc;
    return {
      id: `${this.callId}-rec${this.#count}-${at.toString(36)}`,
      callId: this.callId,
      startedAt: at,
      endedAt: null,
      cutOffAt: null,
      trigger: this.#requestedBy === null ? 'policy' : 'request',
      requestedBy: this.#requestedBy,
      endedBy: null,
      cause,
      announcedAt: this.#announcedAt,
      places: [],
      voices: [],
    };
  }

  /** These are on the channels from now on. */
  #hear(now: readonly { readonly leg: Leg; readonly channel: OpenVoice['channel'] }[]): void {
    const entry = this.#entry;
    if (entry === null) return;
    const at = this.parts.clock.now().utc;
    const stay = ({ leg, toAt }: OpenVoice): boolean =>
      toAt !== null || now.some((one) => one.leg.id === leg);
    const voices = entry.voices.map((voice) => (stay(voice) ? voice : { ...voice, toAt: at }));
    for (const { leg, channel } of now) {
      if (voices.some((voice) => voice.leg === leg.id && voice.toAt === null)) continue;
      const { id, role, member } = leg;
      voices.push({ channel, leg: id, role, member, fromAt: at, toAt: null });
    }
    const places = withNew(entry.places, this.parts.media?.places(this.callId) ?? []);
    const same = voices.length === entry.voices.length && voices.every((one, n) => one === entry.voices[n]);
    if (same && places === entry.places) return;
    this.#entry = { ...entry, voices, places };
    if (!isUnwritten(entry.cause)) void this.parts.keeper?.note(this.#entry);
  }

  #end(endedBy: RecordingEnd): void {
    this.#hear([]);
    const entry = this.#entry;
    if (entry === null) return;
    this.#entry = null;
    this.#check?.cancel();
    const ended = { ...entry, endedAt: this.parts.clock.now().utc, endedBy };
    if (isUnwritten(entry.cause)) {
      const failure = { outcome: 'failed', cause: 'not-made', message: entry.cause ?? '' } as const;
      return this.parts.append(recordOf(ended, failure));
    }
    this.parts.onNews(this.callId, { type: 'recording-ended', recording: entry.id, endedBy });
    const { media, keeper } = this.parts;
    this.#stopped = (media?.stop(this.callId) ?? Promise.resolve()).then(() => keeper?.finish(ended));
  }
}

function isUnwritten(cause: string | null): boolean {
  return cause === 'unavailable' || cause === 'no-space' || cause === 'not-announced';
}

/** The places with those that are new; the same list when none is. */
function withNew(places: RecordingEntry['places'], now: RecordingEntry['places']): RecordingEntry['places'] {
  const known = new Set(places.map((place) => JSON.stringify(place)));
  const added = now.filter((place) => !known.has(JSON.stringify(place)));
  return added.length === 0 ? places : [...places, ...added];
}
