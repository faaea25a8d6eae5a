import { type MediaClock, systemClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import { EngineHealth } from './engine-health.js';
import type { NgPort } from './linker.js';
import { MediaSession } from './media-session.js';
import { type Changes, describeSessionFailure } from './session-outcome.js';
import type { SessionSnapshot } from './session-snapshot.js';

/** One engine that calls may be put on. */
export interface PoolEngine {
  /** As in logs and snapshots; unique in the pool. */
  readonly name: string;
  readonly port: NgPort;
  /** Share of the calls, beside those of the others; 1 or more. */
  readonly weight: number;
  /** See `LinkSettings`. */
  readonly parkingAddress: string;
  /** Started by us, so that new starts are told by {@link EnginePool.restarted} and need not be watched for. */
  readonly spawned: boolean;
}

export interface EnginePoolSettings {
  readonly engines: readonly PoolEngine[];
  /** Codecs that every party is offered, beside those of the party it will talk with; rtpengine's names. */
  readonly transcode: readonly string[];
  readonly newSessionId: () => number;
  readonly log: MediaLog;
  readonly clock?: MediaClock;
  /** A call was made again after its engine had lost it: these legs must be told, by a re-INVITE. */
  readonly onRemade?: (session: MediaSession, changes: Changes) => void;
  /** An engine does not answer any more, or does again. Its calls may be moved; see {@link EnginePool.move}. */
  readonly onHealth?: (engine: string, up: boolean, sessions: readonly MediaSession[]) => void;
}

export interface EngineStatus {
  readonly name: string;
  readonly up: boolean;
  readonly calls: number;
  readonly weight: number;
}

interface Member {
  readonly engine: PoolEngine;
  readonly health: EngineHealth;
  readonly sessions: Map<string, MediaSession>;
  /** Calls of before a restart of this program of which it has not said yet whether it has them. */
  readonly unsure: Set<string>;
}

/** The engines that we have. A call stays on the one that it began on; new calls go to those that answer. */
export class EnginePool {
  readonly #members: ReadonlyMap<string, Member>;

  constructor(private readonly settings: EnginePoolSettings) {
    this.#members = new Map(settings.engines.map((engine) => [engine.name, this.#member(engine)]));
  }

  /** Ask all engines whether they are there; resolves when each has answered or has not. */
  async start(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.health.start()));
  }

  stop(): void {
    for (const member of this.#members.values()) member.health.stop();
  }

  status(): readonly EngineStatus[] {
    return [...this.#members.values()].map(({ engine, health, sessions }) => ({
      name: engine.name,
      up: health.up,
      calls: sessions.size,
      weight: engine.weight,
    }));
  }

  /**
   * Media for a new call, on the engine that has the fewest calls for its weight; null when none answers.
   *
   * @param callId unique in all engines and times
   */
  open(callId: string): MediaSession | null {
    const member = this.#best();
    return member === null ? null : this.#session(member, callId, null);
  }

  /** Some engine takes calls. */
  answers(): boolean {
    return this.#best() !== null;
  }

  /** Calls on engines that do not answer. */
  stranded(): readonly MediaSession[] {
    const down = [...this.#members.values()].filter(({ health }) => !health.up);
    return down.flatMap(({ sessions }) => [...sessions.values()]);
  }

  /**
   * Go on with a call after a restart of this program: on its engine, or on another where that is no longer in the
   * pool. Null when no engine answers that could have it.
   */
  restore(engine: string, kept: SessionSnapshot): MediaSession | null {
    const member = this.#members.get(engine) ?? this.#best();
    return member === null ? null : this.#session(member, kept.callId, kept);
  }

  /**
   * Make a call that was {@link restore}d again, unless its engine still has it; `onRemade` tells of it. One whose
   * engine does not answer is {@link move}d; where there is no other, it is asked for again once its engine is up.
   */
  async revive(callId: string, onMoved?: (session: MediaSession) => void): Promise<void> {
    const member = this.#members.get(this.engineOf(callId) ?? '');
    const session = member?.sessions.get(callId);
    if (member === undefined || session === undefined) return;
    if (member.health.up) {
      const known = await member.engine.port.request('query', { 'call-id': callId });
      // It may have ended, or be elsewhere, meanwhile.
      if (known.ok || member.sessions.get(callId) !== session) return;
      if (known.failure.kind === 'refused') return this.#remake(session);
    }
    if ((await this.move(callId, onMoved)) === null) member.unsure.add(callId);
  }

  /** The engine that has this call. */
  engineOf(callId: string): string | null {
    for (const [name, member] of this.#members) if (member.sessions.has(callId)) return name;
    return null;
  }

  /**
   * Make a call again on another engine that answers, because its own does not. The session that it had is of no
   * use from then on; `onRemade` tells what its legs have to be told. Null when there is no other engine.
   *
   * @param onMoved gets the session to use from then on, before the call is made again in it
   */
  async move(callId: string, onMoved?: (session: MediaSession) => void): Promise<MediaSession | null> {
    const from = this.#members.get(this.engineOf(callId) ?? '');
    const old = from?.sessions.get(callId);
    const to = this.#best(from);
    if (from === undefined || old === undefined || to === null) return null;
    const kept = old.snapshot();
    from.sessions.delete(callId);
    from.unsure.delete(callId);
    // Should the engine still be there, it need not go on sending. Nobody waits for its answer.
    void old.end();
    const session = this.#session(to, callId, kept);
    onMoved?.(session);
    await this.#remake(session);
    return session;
  }

  /** The call is over. */
  async close(callId: string): Promise<void> {
    const member = this.#members.get(this.engineOf(callId) ?? '');
    const session = member?.sessions.get(callId);
    member?.sessions.delete(callId);
    member?.unsure.delete(callId);
    await session?.end();
  }

  /** An engine was started anew: its calls are made again. */
  async restarted(name: string): Promise<void> {
    const sessions = [...(this.#members.get(name)?.sessions.values() ?? [])];
    if (sessions.length > 0)
      this.settings.log.warn({ engine: name, calls: sessions.length }, 'media is made again');
    await Promise.all(sessions.map((session) => this.#remake(session)));
  }

  async #remake(session: MediaSession): Promise<void> {
    const changes = await session.rebuild();
    if (changes.ok) this.settings.onRemade?.(session, changes.value);
    else
      this.settings.log.error(
        { callId: session.id, why: describeSessionFailure(changes.failure) },
        'media is lost',
      );
  }

  #best(except?: Member): Member | null {
    let best: Member | null = null;
    for (const member of this.#members.values()) {
      if (!member.health.up || member === except) continue;
      if (best === null || load(member) < load(best)) best = member;
    }
    return best;
  }

  #session(member: Member, callId: string, kept: SessionSnapshot | null): MediaSession {
    const { transcode, newSessionId } = this.settings;
    const { port, parkingAddress } = member.engine;
    const session = new MediaSession(port, { callId, transcode, newSessionId, parkingAddress }, kept);
    member.sessions.set(callId, session);
    return session;
  }

  #member(engine: PoolEngine): Member {
    const { log, clock, onHealth } = this.settings;
    const { name } = engine;
    const sessions = new Map<string, MediaSession>();
    const unsure = new Set<string>();
    const health = new EngineHealth(engine.port, clock ?? systemClock, !engine.spawned, {
      onUp: () => {
        log.info({ engine: name }, 'media engine answers');
        for (const callId of unsure) void this.revive(callId);
        unsure.clear();
        onHealth?.(name, true, [...sessions.values()]);
      },
      onDown: (reason) => {
        log.error({ engine: name, reason }, 'media engine does not answer');
        onHealth?.(name, false, [...sessions.values()]);
      },
      onRestarted: () => void this.restarted(name),
    });
    return { engine, health, sessions, unsure };
  }
}

/** Calls for its weight, this next one included. */
function load({ sessions, engine }: Member): number {
  return (sessions.size + 1) / engine.weight;
}
