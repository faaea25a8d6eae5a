import type { Call, CallId } from '../../call/call.js';
import type { DialPlan } from '../../dialplan/plan.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { MediaAnchor } from '../../media/anchor.js';
import type { EngineClock } from '../clock.js';
import type { LiveEvents } from '../live-events.js';
import type { EngineLog } from '../log.js';
import type {
  EngineFigures,
  LiveRecording,
  OperationResult,
  RecordingOperations,
  Refusal,
} from '../operations.js';
import {
  CallRecording,
  type RecordingKeeper,
  type RecordingNews,
  type RecordingPolicy,
} from './call-recording.js';

export interface RecordingKeeping {
  /** Keeps recordings; none is made without. */
  readonly recordingKeeper?: RecordingKeeper | null;
}

export interface RecordingsParts extends RecordingKeeping {
  readonly clock: EngineClock;
  readonly media: Pick<MediaAnchor, 'recording'>;
  /** A call keeps the plan that it began with. */
  readonly dialPlan: { readonly current: Pick<DialPlan, 'members' | 'policies'> };
  readonly ledger: Pick<Ledger, 'append'>;
  readonly log: Pick<EngineLog, 'info' | 'error'>;
}

/** Recordings of all live calls. */
export class Recordings implements RecordingOperations {
  readonly #calls = new Map<CallId, CallRecording>();
  #failed = 0;

  constructor(
    private readonly parts: RecordingsParts,
    private readonly events: Pick<LiveEvents, 'publish'>,
  ) {}

  /** Recordings that go on, and those that did not come about or broke since the start. */
  figures(): Pick<EngineFigures, 'recordingsActive' | 'recordingsFailed'> {
    const recordingsActive = [...this.#calls.values()].filter(({ live }) => live !== null).length;
    return { recordingsActive, recordingsFailed: this.#failed };
  }

  /** A live call is in this state now. Never throws: no bug in here may reach a call. */
  see(call: Call): void {
    try {
      this.#of(call.id).see(call);
      if (call.phase.name === 'ended') this.#calls.delete(call.id);
    } catch (err) {
      this.parts.log.error({ call: call.id, err }, 'recording: an unexpected error');
    }
  }

  /** A call has become part of another; who wanted it recorded wants that of the other. */
  absorbed(callId: CallId, into: CallId): void {
    const gone = this.#calls.get(callId);
    if (gone === undefined) return;
    this.#calls.delete(callId);
    gone.over();
    const other = this.#of(into);
    if (gone.requestedBy !== null && other.requestedBy === null) other.request(gone.requestedBy);
  }

  of(callId: CallId): LiveRecording | null {
    return this.#calls.get(callId)?.live ?? null;
  }

  start(callId: CallId, by: string): OperationResult<{ callId: string }> {
    const call = this.#calls.get(callId);
    if (call === undefined) return refused('unknown-call', `There is no live call ${callId}`);
    if (this.parts.media.recording === null || !this.#keeper)
      return refused('not-recordable', 'Recordings need media through rtpengine and a folder to write to');
    const policy = call.policy;
    if (policy === null) return refused('not-talking', 'The caller talks with nobody at this moment');
    if (policy.recording === 'never')
      return refused('not-recordable', 'The dial plan forbids to record this member');
    if (!this.#keeper.enoughRoom) return refused('not-recordable', 'The disk of recordings is nearly full');
    call.request(by);
    return { ok: true, value: { callId } };
  }

  stop(callId: CallId): OperationResult<{ callId: string }> {
    const call = this.#calls.get(callId);
    if (call === undefined) return refused('unknown-call', `There is no live call ${callId}`);
    if (call.policy?.recording === 'always')
      return refused('recorded-by-policy', 'The dial plan wants every call of this member recorded');
    if (call.requestedBy === null) return refused('not-recorded', 'Nobody has asked for a recording');
    call.request(null);
    return { ok: true, value: { callId } };
  }

  /** The program stops under the calls that are up. Resolves when media servers write nothing more. */
  async cutOff(): Promise<void> {
    await Promise.all([...this.#calls.values()].map((call) => call.cutOff()));
  }

  /** The disk has become too full, and what goes on ends here; or there is room again. */
  roomChanged(enough: boolean): void {
    if (!enough) for (const call of this.#calls.values()) if (call.live !== null) call.outOfRoom();
    const type = enough ? 'recordings-back' : 'recordings-stopped';
    this.parts.log.error({ enough }, type);
    this.events.publish({ type, callId: null, legId: null, transferId: null, detail: {} });
  }

  get #keeper(): RecordingKeeper | null {
    return this.parts.recordingKeeper ?? null;
  }

  #of(callId: CallId): CallRecording {
    const known = this.#calls.get(callId);
    if (known !== undefined) return known;
    const { clock, media, ledger, dialPlan } = this.parts;
    const { members, policies } = dialPlan.current;
    const policyOf = (member: string | null): RecordingPolicy => ({
      recording: members.get(member ?? '')?.recording ?? policies.recording,
      // In an emergency nobody is kept waiting by a sentence.
      announce: policies.announceRecording && members.get(member ?? '')?.emergency !== true,
    });
    const onNews = (id: CallId, news: RecordingNews): void => this.#tell(id, news);
    const made = new CallRecording(callId, {
      clock,
      media: media.recording,
      keeper: this.#keeper,
      append: (record) => ledger.append([record]),
      policyOf,
      onNews,
    });
    this.#calls.set(callId, made);
    return made;
  }

  #tell(callId: CallId, { type, ...detail }: RecordingNews): void {
    if (type === 'recording-failed') {
      this.#failed += 1;
      this.parts.log.error({ call: callId, ...detail }, type);
    } else {
      this.parts.log.info({ call: callId, ...detail }, type);
    }
    this.events.publish({ type, callId, legId: null, transferId: null, detail });
  }
}

function refused(code: Refusal['code'], message: string): OperationResult<never> {
  return { ok: false, refusal: { code, message } };
}
