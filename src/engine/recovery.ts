import type { Call, CallId, LegId } from '../call/call.js';
import { interruptedRecords } from '../call/records.js';
import type { Routing } from '../call/routing.js';
import { step } from '../call/step.js';
import { partnerOf } from '../call/work.js';
import type { Trunk } from '../dialplan/plan.js';
import type { JournalledCall, Ledger } from '../ledger/ledger.js';
import type { MediaAnchor } from '../media/anchor.js';
import { type CallBook, callOf } from './call-book.js';
import type { CallRunner } from './call-runner.js';
import type { EngineClock, Timer } from './clock.js';
import { type FormerCall, journalledCall, type KeptCall } from './journalled-call.js';
import type { EngineLog } from './log.js';
import type { Occupancy } from './occupancy.js';
import type { Signalling } from './signalling.js';

/** A caller who rang when the program was killed is waited for so long; the server hears its INVITE again at once. */
const CALLER_AGAIN_MS = 5_000;

export interface RecoveryParts {
  readonly clock: EngineClock;
  readonly ledger: Ledger;
  readonly signalling: Signalling;
  readonly media: MediaAnchor;
  readonly calls: CallBook;
  readonly occupancy: Occupancy;
  readonly log: EngineLog;
  trunk(id: string): Trunk | undefined;
  /** Routing by the plan in force: the plan that the call began with may be gone. `media` was kept of the call. */
  routing(media: unknown): Routing;
  runner(id: CallId, routing: Routing): CallRunner;
  /** This call takes up its parties again, with what was kept of it. */
  onResume(call: Call, kept: KeptCall): void;
}

/** A call of before the restart that is not gone on with yet. */
interface Held {
  readonly runner: CallRunner;
  readonly call: Call;
  readonly kept: KeptCall;
  readonly writtenAt: number;
  timer: Timer | null;
}

/** After a restart: calls whose parties were talking go on, the others are closed as interrupted. */
export class Recovery {
  readonly #held = new Map<CallId, Held>();

  constructor(private readonly parts: RecoveryParts) {}

  /**
   * Before the link to the SIP server is up: requests of parties shall find their calls.
   *
   * @param calls what the journal has of them
   */
  async prepare(calls: readonly JournalledCall[]): Promise<void> {
    const { ledger, log } = this.parts;
    for (const left of calls) {
      const former = journalledCall(left.snapshot);
      if (former === null) {
        log.error({ call: left.callId }, 'a journalled call cannot be read; it stays in the journal');
      } else if (!this.#hold(former, left)) {
        this.#interrupted(former.call, left.writtenAt);
      }
    }
    await ledger.flush();
  }

  /** The link is up. Resolves when all calls go on whose callers need not be waited for. */
  async goOn(): Promise<void> {
    // Who came first goes on first: places in queues are taken anew.
    const held = [...this.#held.values()].sort((a, b) => a.call.startedAt.utc - b.call.startedAt.utc);
    const ready = held.filter((one) => !this.#mustWait(one));
    await Promise.all(ready.map((one) => this.#goOn(one)));
  }

  /** The INVITE of a caller who was not answered yet is here again. */
  onHeardAgain(leg: LegId): void {
    const held = this.#held.get(callOf(leg));
    if (held !== undefined) void this.#goOn(held);
  }

  #hold({ call, kept }: FormerCall, { writtenAt }: JournalledCall): boolean {
    if (kept === null || !canGoOn(call, kept)) return false;
    const routing = this.parts.routing(kept.media);
    try {
      // The journal may be that of an older program: what the core cannot take is not begun with.
      step(call, { type: 'recovered', at: this.parts.clock.now() }, routing);
    } catch (err) {
      this.parts.log.error({ err, call: call.id }, 'a journalled call cannot be gone on with');
      return false;
    }
    const runner = this.parts.runner(call.id, routing);
    runner.resume(call);
    this.parts.calls.resume(runner, Object.keys(call.legs).map(callOf));
    this.#takeLegs(call, kept);
    this.parts.onResume(call, kept);
    this.#held.set(call.id, { runner, call, kept, writtenAt, timer: null });
    return true;
  }

  #takeLegs(call: Call, kept: KeptCall): void {
    const { signalling, occupancy, trunk } = this.parts;
    const live = Object.values(call.legs).filter(({ state }) => state !== 'ended');
    for (const leg of live) {
      const known = kept.legs[leg.id];
      const member = leg.role === 'caller' ? null : leg.member;
      occupancy.started({ leg: leg.id, call: call.id, member, trunk: leg.trunk });
      // The server itself cancels INVITEs that nobody answered.
      if (known === undefined || (leg.direction === 'out' && !known.answered)) continue;
      const account = leg.trunk === null ? undefined : trunk(leg.trunk)?.auth;
      signalling.resume(leg.id, known, account ?? null);
    }
    for (const leg of live) signalling.pair(leg.id, partnerOf(call, leg.id));
  }

  /** A caller who was not answered yet can only be answered when its INVITE is here again. */
  #mustWait(held: Held): boolean {
    if (!callerWaits(held.call)) return false;
    held.timer = this.parts.clock.after(CALLER_AGAIN_MS, () => this.#giveUp(held));
    return true;
  }

  async #goOn(held: Held): Promise<void> {
    const { runner, call, kept, timer } = held;
    if (!this.#held.delete(call.id)) return;
    timer?.cancel();
    const { media, log } = this.parts;
    const resumed = await media.resume(call.id, kept.media).catch((err: unknown) => {
      log.error({ err, call: call.id }, 'media of a call of before the restart');
      return false;
    });
    if (!resumed && kept.media !== null)
      log.warn({ call: call.id }, 'the media of this call is not what it was before the restart');
    runner.recover();
    log.warn({ call: call.id }, 'a call goes on after a restart');
  }

  #giveUp({ runner, call, writtenAt }: Held): void {
    if (!this.#held.delete(call.id)) return;
    const { calls, occupancy, signalling } = this.parts;
    runner.stop();
    calls.forget(call.id);
    for (const leg of Object.keys(call.legs)) {
      occupancy.ended(leg);
      signalling.forget(leg);
    }
    this.#interrupted(call, writtenAt);
  }

  /** Its legs are recorded as interrupted, at the last moment that we know they were there. */
  #interrupted(call: Call, writtenAt: number): void {
    this.parts.ledger.append(interruptedRecords(call, writtenAt), call.id);
    this.parts.log.warn({ call: call.id }, 'a call was cut off by a restart');
  }
}

/** The caller has not been answered yet. */
function callerWaits(call: Call): boolean {
  const caller = call.legs[call.callerLeg];
  // Whom we were calling is called anew.
  return caller?.direction === 'in' && (caller.state === 'trying' || caller.state === 'ringing');
}

/** Every leg that was answered, or waits for an answer, is known well enough. */
function canGoOn(call: Call, { legs }: KeptCall): boolean {
  if (call.phase.name === 'ended') return false;
  if (callerWaits(call) && legs[call.callerLeg]?.answered !== false) return false;
  return Object.values(call.legs).every(
    ({ id, state }) => state !== 'answered' || legs[id]?.answered === true,
  );
}
