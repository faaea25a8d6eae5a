import type { CallId, KeyByRtp, LegId } from '../call/call.js';
import { isUp } from '../call/work.js';
import type { CallBook } from './call-book.js';
import type { LiveEvents } from './live-events.js';
import type { EngineLog } from './log.js';
import type { Monitors } from './monitoring/monitors.js';

/** What the media server tells of calls by itself. It may speak of legs and calls that are over by now. */
export class MediaReports {
  constructor(
    private readonly calls: Pick<CallBook, 'get'>,
    private readonly events: Pick<LiveEvents, 'publish'>,
    private readonly log: Pick<EngineLog, 'warn'>,
    private readonly monitors: Pick<Monitors, 'mediaLost'>,
  ) {}

  /** The media server had lost this call; it is made anew, at other ports. */
  remade(callId: CallId, legs: readonly LegId[]): void {
    this.calls.get(callId)?.dispatch({ type: 'media-remade', legs });
    // A listener is not told another place: whoever wants to go on asks again.
    this.monitors.mediaLost(callId);
  }

  /** Legs of this call that heard each other through the mixer hear nobody any more. */
  mixingLost(callId: CallId): void {
    this.log.warn({ call: callId }, 'the mixer is lost: the conference goes on between two');
    this.calls.get(callId)?.dispatch({ type: 'mixing-lost' });
  }

  /** A party pressed a key among its RTP packets. */
  keyPressed(callId: CallId, leg: LegId, press: KeyByRtp): void {
    const runner = this.calls.get(callId);
    if (runner?.call?.legs[leg] === undefined) return;
    runner.dispatch({ type: 'keyed', leg, request: null, press });
  }

  /** Media must come from this leg: it is answered, and not asked to end. */
  isUp(callId: CallId, leg: LegId): boolean {
    const found = this.calls.get(callId)?.call?.legs[leg];
    return found !== undefined && isUp(found);
  }

  /** Nothing comes from the party of a leg any more, or something again; `forMs` says how long nothing came. */
  silent(callId: CallId, legId: LegId, silent: boolean, forMs: number): void {
    const type = silent ? 'media-lost' : 'media-back';
    const detail = { seconds: Math.round(forMs / 1000) };
    this.log.warn({ call: callId, leg: legId, ...detail }, type);
    this.events.publish({ type, callId, legId, transferId: null, detail });
  }
}
