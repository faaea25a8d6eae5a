import { randomInt } from 'node:crypto';
import type {
  Heard,
  LegFigures,
  MediaAbilities,
  MediaAnchor,
  MediaMoves,
  Passage,
  RtpKey,
} from './anchor.js';
import { type Announcement, Announcements } from './announcements.js';
import { Conferences } from './conferences.js';
import { Holds } from './holds.js';
import { type KeptMedia, keptMedia } from './kept-media.js';
import { legFigures } from './leg-figures.js';
import { failure, MediaFailure, value } from './media-failure.js';
import { Monitoring, withoutListener } from './monitoring.js';
import { PromptPlayer } from './prompts/prompt-player.js';
import { type MediaRecording, SessionRecording } from './recording/media-recording.js';
import type { LegProfile } from './rtpengine/audio-description.js';
import type { MediaSession } from './rtpengine/media-session.js';
import { OwnKeys, sendableMs } from './rtpengine/own-keys.js';
import { describeSessionFailure, failed, type Outcome } from './rtpengine/session-outcome.js';
import type { RtpengineAnchorParts } from './rtpengine-anchor-parts.js';
import { isSeat } from './seats.js';

/** Spoken prompts end in a pause, of which so much is not waited for: nobody shall hear silence. */
const PAUSE_AT_END_MS = 100;

/** All media passes through rtpengine: a leg is told one description, whoever it speaks with. */
export class RtpengineAnchor implements MediaAnchor, MediaMoves {
  readonly kind = 'rtpengine';
  readonly can: MediaAbilities;
  readonly #sessions = new Map<string, MediaSession>();
  readonly #player: PromptPlayer;
  readonly #holds = new Holds();
  /** How media reaches legs, and how many calls they had it in, for one that comes into another call. */
  readonly #reached = new Map<string, { readonly profile: LegProfile; readonly places: number }>();
  /** Legs whose last offer was none that can be answered, and why. */
  readonly #misheard = new Map<string, MediaFailure>();
  readonly #ownKeys = new OwnKeys();
  readonly #announcements = new Announcements();
  readonly recording: MediaRecording | null;

  readonly monitoring: Monitoring | null;
  readonly #conferences: Conferences | null;

  constructor(private readonly parts: RtpengineAnchorParts) {
    const { records: recording, mixer, log } = parts;
    this.#player = new PromptPlayer(parts);
    this.#conferences = mixer === null ? null : new Conferences(mixer, log, randomInt(2 ** 40));
    const listening = { ...parts, sessionOf: (callId: string) => this.#sessions.get(callId) };
    this.monitoring = mixer === null ? null : new Monitoring({ ...listening, mixer }, randomInt(2 ** 40));
    const announce: MediaRecording['announce'] = (callId, a, b) => this.#announced(callId, a, b);
    this.recording = recording
      ? new SessionRecording((callId) => this.#sessions.get(callId), announce)
      : null;
    this.can = {
      holdPrompts: true,
      keysFromRtp: parts.keysAreTold,
      recording,
      webrtc: true,
      get conference() {
        return mixer?.up ?? false;
      },
    };
  }

  get moves(): MediaMoves {
    return this;
  }

  takesCalls(): boolean {
    return this.parts.pool.answers();
  }

  begin(): 'anchored' | null {
    return this.takesCalls() ? 'anchored' : null;
  }

  /** The media of calls that have some. */
  sessions(): Iterable<MediaSession> {
    return this.#sessions.values();
  }

  /** Calls that have media now. */
  get calls(): number {
    return this.#sessions.size;
  }

  async describe({ callId, from, to, profile: known }: Passage): Promise<string> {
    const misheard = this.#misheard.get(from);
    if (misheard !== undefined) {
      // The refusal of an offer leaves the session as it was (RFC 3261 §14.2).
      if (from === to) this.#misheard.delete(from);
      throw misheard;
    }
    const session = this.#session(callId);
    const told = session.telling(to);
    if (told !== null) return told;
    const { profile = 'rtp', places: place = 0 } = this.#reached.get(to) ?? { profile: known };
    const prepared = from === to ? null : await session.prepare(to, { like: from, profile, place });
    if (prepared?.ok) {
      this.#reached.set(to, { profile, places: place + 1 });
      return prepared.value;
    }
    if (prepared !== null && prepared.failure.kind !== 'used-leg') throw failure(prepared);
    // The leg has made an offer and speaks with nobody yet.
    value(await session.park(to));
    const parked = session.told(to);
    if (parked === null) throw new MediaFailure(`nothing to tell leg ${to}`);
    return parked;
  }

  async heard({ callId, leg, sdp, as }: Heard): Promise<void> {
    const session = this.#session(callId);
    const taken: Outcome<unknown> =
      as === 'offer' ? await session.offered(leg, sdp) : await session.answered(leg, sdp);
    if (as === 'offer' && !taken.ok) this.#misheard.set(leg, failure(taken));
    value(taken);
    this.#reached.set(leg, { places: 1, ...this.#reached.get(leg), profile: session.profile(leg) });
    const held = this.#holds.isHolding(leg);
    const partner = as === 'offer' ? this.#holds.offered(leg, sdp) : null;
    const holds = this.#holds.isHolding(leg);
    if (holds === held) return;
    await this.#moving(callId, [leg], async () => {
      await this.#conferences?.held(session, leg, holds);
      if (partner !== null) await this.#bringTogether(session, leg, partner);
      // The party gets its answer all the same.
    }).catch((err: unknown) => this.parts.log.warn({ callId, leg, err }, 'a hold was not followed'));
  }

  async join(callId: string, a: string, b: string, keysKept: readonly string[]): Promise<void> {
    this.#holds.joined(a, b);
    const session = this.#session(callId);
    await this.#moving(callId, [a, b], () =>
      this.#keepingKeys(session, keysKept, () => this.#bringTogether(session, a, b)),
    );
    this.#conferences?.vacate(session, [a, b]);
  }

  async confer(callId: string, legs: readonly string[], keysKept: readonly string[]): Promise<void> {
    const conferences = this.#conferences;
    if (conferences === null) throw new MediaFailure('there is no mixer');
    const session = this.#session(callId);
    await this.#moving(callId, legs, () =>
      this.#keepingKeys(session, keysKept, () =>
        conferences.confer(session, legs, (leg) => this.#holds.isHolding(leg)),
      ),
    );
    for (const leg of legs) {
      this.#holds.parted(leg);
      this.#player.forget(leg);
    }
  }

  /** Parties are moved: whoever listens to them is told, before and after. */
  #moving<T>(callId: string, legs: readonly string[], move: () => Promise<T>): Promise<T> {
    return this.monitoring === null ? move() : this.monitoring.around(callId, legs, move);
  }

  /** The mixer has died, and all conversations in it with it. */
  mixerLost(): void {
    this.monitoring?.lost();
    this.#conferences?.lost((callId) => this.#sessions.get(callId), this.parts.onMixingLost);
  }

  /** Keys are kept before legs hear each other, where the engine knows them already, else right after. */
  async #keepingKeys(
    session: MediaSession,
    legs: readonly string[],
    bringTogether: () => Promise<void>,
  ): Promise<void> {
    const late: string[] = [];
    if (this.can.keysFromRtp)
      for (const leg of legs) if (!(await this.#keepKeys(session, leg))) late.push(leg);
    await bringTogether();
    for (const leg of late) {
      if (!(await this.#keepKeys(session, leg)))
        this.parts.log.warn({ callId: session.id, leg }, 'keys of this leg reach the other party');
    }
  }

  async #announced(callId: string, a: string, b: string): Promise<boolean> {
    const file = this.parts.prompts.path('recorded', this.parts.language);
    if (file === null) throw new MediaFailure('there is no prompt `recorded`');
    const announced = this.#announcements.add(callId, { a, b, file });
    const session = this.#sessions.get(callId);
    // Else they are about to be joined.
    if (session?.areJoined(a, b) || (session !== undefined && this.monitoring?.hasApart(callId, a)))
      await this.#moving(callId, [a, b], () => this.#bringTogether(session, a, b));
    return announced;
  }

  async sendKeys(callId: string, leg: string, keys: readonly RtpKey[]): Promise<void> {
    // A mixer makes nothing of them.
    if (this.#conferences?.has(callId, leg) || this.monitoring?.hasApart(callId, leg)) return;
    const session = this.#session(callId);
    for (const { key, durationMs } of keys) {
      const ms = sendableMs(durationMs);
      const takeBack = this.#ownKeys.sending(callId, leg, key);
      const sent = await session.sendKey(leg, key, ms);
      if (sent.ok) continue;
      takeBack();
      // Whoever holds is heard by nobody.
      if (sent.failure.kind === 'not-joined') return;
      throw failure(sent);
    }
  }

  /** The engine reported a key. True when a party pressed it, false when it is one of {@link sendKeys}. */
  isPressed(callId: string, leg: string, key: string): boolean {
    return !this.#ownKeys.takes(callId, leg, key);
  }

  async park(callId: string, leg: string, prompt: string): Promise<void> {
    const session = this.#session(callId);
    this.#holds.parted(leg);
    this.#announcements.cut(callId, leg);
    await this.#moving(callId, [leg], async () => value(await session.park(leg)));
    this.#conferences?.vacate(session, [leg]);
    await this.#player.play(session, leg, prompt);
  }

  async announce(callId: string, leg: string, prompt: string): Promise<number | null> {
    const session = this.#session(callId);
    this.#holds.parted(leg);
    await this.#moving(callId, [leg], async () => value(await session.park(leg)));
    return this.#player.once(session, leg, prompt);
  }

  wayOf(): 'anchored' {
    return 'anchored';
  }

  kept(callId: string): unknown {
    const session = this.#sessions.get(callId);
    const engine = this.parts.pool.engineOf(callId);
    if (session === undefined || engine === null) return null;
    // A recording ends with the process; whoever keeps recordings begins another.
    const snapshot = { ...session.snapshot(), recorded: false };
    const holding = snapshot.legs.map(({ name }) => name).filter((leg) => this.#holds.isHolding(leg));
    const listening = this.monitoring?.kept(callId);
    return { engine, session: snapshot, holding, listening } satisfies KeptMedia;
  }

  async resume(callId: string, kept: unknown): Promise<boolean> {
    const read = keptMedia.safeParse(kept);
    if (!read.success) return false;
    // The rest of the shape is what `kept` gave.
    const { engine, session, holding, listening } = kept as KeptMedia;
    const restored = this.parts.pool.restore(engine, session);
    if (restored === null) return false;
    this.#sessions.set(callId, restored);
    for (const leg of holding) this.#holds.resume(leg);
    let there = restored;
    await this.parts.pool.revive(callId, (moved) => {
      there = moved;
      this.#sessions.set(callId, moved);
    });
    await withoutListener(there, listening);
    // What mixed for them is not known to be there.
    for (const { name } of session.legs) if (isSeat(name)) this.#later(there.leave(name), `leave ${name}`);
    return true;
  }

  callsJoined(from: string, _to: string): void {
    // Legs cannot go from one call to another in rtpengine: they get a place in the other when they are described.
    this.callEnded(from);
  }

  legEnded(callId: string, leg: string): void {
    this.#player.forget(leg);
    this.#holds.forget(leg);
    this.#misheard.delete(leg);
    this.#reached.delete(leg);
    this.#announcements.cut(callId, leg);
    const session = this.#sessions.get(callId);
    if (session === undefined) return;
    const left = session.leave(leg);
    this.#later(left, `leave ${leg}`);
    void this.#moving(callId, [leg], () => left);
    this.#conferences?.vacate(session, [leg]);
  }

  callEnded(callId: string): void {
    this.#ownKeys.callEnded(callId);
    this.#announcements.cut(callId);
    this.#conferences?.ended(callId);
    this.monitoring?.callEnded(callId);
    if (!this.#sessions.delete(callId)) return;
    void this.parts.pool.close(callId);
  }

  async #keepKeys(session: MediaSession, leg: string): Promise<boolean> {
    if (session.keepsKeys(leg)) return true;
    return session.told(leg) !== null && (await session.block(leg, { keys: true })).ok;
  }

  figures(callId: string, leg: string): Promise<LegFigures | null> | null {
    const session = this.#sessions.get(callId);
    if (session === undefined || session.told(leg) === null) return null;
    return session.figures().then((figures) => (figures.ok ? legFigures(figures.value.get(leg)) : null));
  }

  /** The engine had lost this call and it was made again: what played to its legs does not any more. */
  remade(callId: string, legs: readonly string[]): void {
    const session = this.#sessions.get(callId);
    if (session === undefined) return;
    for (const leg of legs)
      if (this.#player.playsTo(leg)) void this.#player.play(session, leg, 'music').catch(() => undefined);
    this.monitoring?.remade(callId);
    if (!legs.some(isSeat)) return;
    const taken = this.#conferences?.remade(session, legs);
    taken?.catch((err: unknown) => {
      this.parts.log.error({ callId, err }, 'the mixer does not take the call at its new place');
      this.parts.onMixingLost(callId);
    });
  }

  /** Calls of engines that are gone go to one that is there, as soon as there is one. */
  moveStranded(): void {
    for (const session of this.parts.pool.stranded()) void this.move(session.id);
  }

  /** The engine of this call does not answer: go on with it on another, if there is one. */
  async move(callId: string): Promise<void> {
    await this.parts.pool.move(callId, (session) => {
      if (this.#sessions.has(callId)) this.#sessions.set(callId, session);
    });
  }

  /** Let the two hear each other; while one holds the other hears music, whatever the holding phone sends. */
  async #bringTogether(session: MediaSession, a: string, b: string): Promise<void> {
    if (!this.#holds.isHolding(a) && !this.#holds.isHolding(b)) {
      const first = this.#announcements.due(session.id, a, b);
      if (first === 'plays') return;
      if (first !== null) return this.#announce(session, first);
      this.#player.forget(a);
      this.#player.forget(b);
      value(await session.join(a, b));
      return;
    }
    this.#announcements.cut(session.id, a);
    for (const leg of [a, b]) {
      value(await session.park(leg));
      if (!this.#holds.isHolding(leg)) {
        if (!this.#player.playsTo(leg)) await this.#player.play(session, leg, 'music');
      } else if (this.#player.forget(leg)) {
        value(await session.stop(leg));
      }
    }
  }

  /** Both hear it, so that the agent knows when to speak. */
  async #announce(session: MediaSession, announcement: Announcement): Promise<void> {
    const { a, b, file } = announcement;
    const played = [];
    for (const leg of [a, b]) {
      this.#player.forget(leg);
      value(await session.park(leg));
      played.push(await session.play(leg, file));
    }
    const lasts = Math.max(...played.map((one) => (one.ok ? one.value.durationMs : 0)));
    if (lasts === 0) {
      this.#announcements.failed(session.id, announcement, failure(played[0] ?? failed({ kind: 'ended' })));
      return this.#bringTogether(session, a, b);
    }
    const next = setTimeout(() => {
      if (this.#announcements.played(session.id, announcement))
        void this.#bringTogether(this.#sessions.get(session.id) ?? session, a, b).catch((err: unknown) =>
          this.parts.log.error(
            { callId: session.id, err },
            'two parties do not hear each other after a prompt',
          ),
        );
    }, lasts - PAUSE_AT_END_MS);
    next.unref();
  }

  #session(callId: string): MediaSession {
    const known = this.#sessions.get(callId);
    if (known !== undefined) return known;
    const session = this.parts.pool.open(callId);
    if (session === null) throw new MediaFailure('no media engine answers');
    this.#sessions.set(callId, session);
    return session;
  }

  #later(step: Promise<Outcome<unknown>>, what: string): void {
    void step.then((outcome) => {
      if (!outcome.ok)
        this.parts.log.debug({ what, why: describeSessionFailure(outcome.failure) }, 'media step not taken');
    });
  }
}
