import type { Awaitable, MediaAnchor, MediaWay, Passage } from './anchor.js';
import type { MediaLog } from './log.js';

/**
 * Media servers, and without them as long as none answers: calls that begin then go from party to party to their end,
 * with what that can do. Those that begin later are anchored again.
 */
export class FallbackAnchor implements MediaAnchor {
  /** Calls that are direct. */
  readonly #direct = new Set<string>();

  constructor(
    private readonly anchored: MediaAnchor,
    private readonly direct: MediaAnchor,
    private readonly log: Pick<MediaLog, 'warn'>,
  ) {}

  get kind(): MediaAnchor['kind'] {
    return this.anchored.kind;
  }

  get can(): MediaAnchor['can'] {
    return this.anchored.can;
  }

  get moves(): MediaAnchor['moves'] {
    return this.anchored.moves;
  }

  get recording(): MediaAnchor['recording'] {
    return this.anchored.recording;
  }

  get monitoring(): MediaAnchor['monitoring'] {
    return this.anchored.monitoring;
  }

  takesCalls(): boolean {
    return this.anchored.takesCalls() || this.direct.takesCalls();
  }

  begin(callId: string): MediaWay | null {
    const way = this.anchored.begin(callId);
    if (way !== null) return way;
    this.#direct.add(callId);
    this.log.warn({ callId }, 'no media server answers: the call goes from party to party');
    return this.direct.begin(callId);
  }

  describe(passage: Passage): Awaitable<string> {
    return this.#of(passage.callId).describe(passage);
  }

  kept(callId: string): unknown {
    const kept = this.#of(callId).kept(callId);
    return this.#direct.has(callId) ? ({ direct: kept } satisfies KeptDirect) : kept;
  }

  wayOf(kept: unknown): MediaWay {
    return isDirect(kept) ? 'direct' : this.anchored.wayOf(kept);
  }

  async resume(callId: string, kept: unknown): Promise<boolean> {
    if (!isDirect(kept)) return this.anchored.resume(callId, kept);
    this.#direct.add(callId);
    return this.direct.resume(callId, kept.direct);
  }

  callsJoined(from: string, to: string): void {
    // What was kept of legs serves in a call of the same kind only; in another they are told all anew.
    if (this.#of(from) === this.#of(to)) this.#of(from).callsJoined(from, to);
    else this.#of(from).callEnded(from);
    this.#direct.delete(from);
  }

  legEnded(callId: string, leg: string): void {
    this.#of(callId).legEnded(callId, leg);
  }

  callEnded(callId: string): void {
    this.#of(callId).callEnded(callId);
    this.#direct.delete(callId);
  }

  #of(callId: string): MediaAnchor {
    return this.#direct.has(callId) ? this.direct : this.anchored;
  }
}

/** What is kept of a direct call, told from what media servers keep. */
interface KeptDirect {
  readonly direct: unknown;
}

function isDirect(kept: unknown): kept is KeptDirect {
  return typeof kept === 'object' && kept !== null && 'direct' in kept;
}
