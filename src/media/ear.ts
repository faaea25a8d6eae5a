import type { MediaLog } from './log.js';
import { type Mixer, MixerFailure, type MixerRoom } from './mixer/mixer.js';
import type { MediaSession } from './rtpengine/media-session.js';
import { isSeat, leaveSeat, must, seatDescription, seatName, takenAt, takeSeat } from './seats.js';

/**
 * - `listen`: hears all who speak, and is heard by nobody
 * - `whisper`: the agent hears the listener as well, the caller does not
 * - `join`: both hear the listener
 */
export type ListeningMode = 'listen' | 'whisper' | 'join';

/** Who listens: an answered leg, alone in a media session of its own. */
export interface Listener {
  /** Names the session. */
  readonly callId: string;
  readonly leg: string;
}

/** The two whose conversation the listener has a part in. */
export interface Pair {
  readonly caller: string;
  readonly agent: string;
}

export interface EarParts {
  readonly mixer: Mixer;
  readonly log: MediaLog;
  /** A number that names nothing else among the legs of any session, of before a restart neither. */
  newNumber(): number;
  sessionOf(callId: string): MediaSession | undefined;
  /** The listener is heard by nobody any more, because the parties were moved. */
  onReset(): void;
  /** The listener does not hear the call any more. */
  onLost(): void;
}

/** A copy of what a party says, on its way into a room. */
interface Tap {
  /** Of the tap in the engine and of the participant in the room. */
  readonly tag: string;
  readonly room: MixerRoom;
}

/** The listener has a voice: caller and agent are on seats meanwhile, instead of being joined with each other. */
interface Voice {
  readonly pair: Pair;
  state: 'placing' | 'on' | 'gone';
  readonly seats: { readonly leg: string; readonly seat: string; readonly room: MixerRoom }[];
  /** Where the caller hears the agent and not the listener; null where the caller hears both. */
  aside: { readonly room: MixerRoom; readonly taps: Tap[] } | null;
}

/**
 * What one listener hears of a call: a room of the mixer with a copy of what each party says. The media of the call
 * itself is as it would be without, unless the listener is to be heard: then caller and agent are on seats of rooms.
 * Steps are taken one after the other.
 */
export class Ear {
  readonly #taps = new Map<string, Tap>();
  readonly #seat: string;
  #room: MixerRoom | null = null;
  #voice: Voice | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #looks = false;
  #over = false;

  constructor(
    private readonly callId: string,
    private readonly listener: Listener,
    private readonly parts: EarParts,
  ) {
    this.#seat = seatName(`ear-${parts.newNumber()}`);
  }

  /** Tags of the taps, and whom to join again, should this program end without notice. */
  get kept(): { readonly taps: readonly string[]; readonly apart: Pair | null } {
    const taps = [...this.#taps.values(), ...(this.#voice?.aside?.taps ?? [])].map(({ tag }) => tag);
    return { taps, apart: this.#voice?.pair ?? null };
  }

  /** Caller and agent are on seats: keys that one sends reach nobody. */
  hasApart(leg: string): boolean {
    return this.#voice?.seats.some((one) => one.leg === leg) ?? false;
  }

  /** The listener hears the call from now on. Rejects when it cannot; then {@link end}. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      const room = await this.parts.mixer.open();
      this.#room = room;
      const own = this.#session(this.listener.callId);
      await takeSeat(room, own, this.#seat, { muted: true });
      must(await own.join(this.listener.leg, this.#seat));
      await this.#tapAll(room);
    });
  }

  /** Who speaks with whom may have changed. */
  look(): void {
    if (this.#looks || this.#over) return;
    this.#looks = true;
    this.#inTurn(async () => {
      this.#looks = false;
      if (this.#room !== null) await this.#tapAll(this.#room);
    }).catch((err: unknown) => this.#trouble(err));
  }

  /**
   * The listener is heard so from now on. Rejects when it is not; then it only listens.
   *
   * @param noted resolves once {@link kept} is where it outlives this program; the parties are moved after that
   */
  speak(mode: ListeningMode, pair: Pair, noted: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#quiet();
      const room = this.#room;
      if (mode === 'listen' || room === null) return;
      const voice: Voice = { pair, state: 'placing', seats: [], aside: null };
      this.#voice = voice;
      try {
        await this.#place(voice, room, mode);
        await noted();
        const session = this.#session(this.callId);
        const seats = voice.seats.map(({ leg, seat }) => [leg, seat] as const);
        const still = (): boolean => !isGone(voice) && session.areJoined(pair.caller, pair.agent);
        must(await session.joinAll(seats, still));
        if (isGone(voice)) throw new MixerFailure('the parties were moved');
        voice.state = 'on';
        await room.mute(this.#seat, false);
      } catch (error) {
        await this.#takeBack(voice);
        throw error;
      }
    });
  }

  /**
   * These legs are about to be moved: what the listener had to do with them is over at once.
   *
   * @returns to be called when they were
   */
  detach(legs: readonly string[]): () => void {
    const voice = this.#voice;
    if (voice === null || !legs.some((leg) => leg === voice.pair.caller || leg === voice.pair.agent))
      return () => this.look();
    voice.state = 'gone';
    this.#voice = null;
    this.parts.onReset();
    return () => {
      this.#inTurn(() => this.#clear(voice)).catch((err: unknown) => this.#trouble(err));
    };
  }

  /** The mixer or the engine has failed: those who were apart hear each other again. */
  async lost(): Promise<void> {
    if (this.#over) return;
    this.parts.onLost();
    await this.end();
  }

  /** The listener hears nothing any more. Never rejects. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    const voice = this.#voice;
    // Not in turn: a step may be waiting for a mixer that has died.
    if (voice !== null) await this.#takeBack(voice);
    await this.#last;
    const session = this.parts.sessionOf(this.callId);
    for (const { tag } of this.#taps.values()) void session?.taps.close(tag);
    this.#taps.clear();
    if (this.#room === null) return;
    this.#later(leaveSeat(this.#room, this.parts.sessionOf(this.listener.callId), this.#seat));
    this.#later(this.#room.close());
  }

  /** A seat for each of the two, and the copies that go with them. */
  async #place(voice: Voice, room: MixerRoom, mode: 'whisper' | 'join'): Promise<void> {
    const session = this.#session(this.callId);
    const { caller, agent } = voice.pair;
    if (mode === 'whisper') voice.aside = { room: await this.parts.mixer.open(), taps: [] };
    for (const leg of [agent, caller]) {
      const theirs = leg === caller ? (voice.aside?.room ?? room) : room;
      const seat = seatName(`ear-${this.parts.newNumber()}`);
      voice.seats.push({ leg, seat, room: theirs });
      await takeSeat(theirs, session, seat);
    }
    if (voice.aside !== null) voice.aside.taps.push(await this.#tap(session, agent, voice.aside.room));
    await this.#tapAll(room);
  }

  /** Only listening from now on. */
  async #quiet(): Promise<void> {
    if (this.#voice !== null) await this.#takeBack(this.#voice);
  }

  /** The two hear each other as before, unless somebody has moved them meanwhile. */
  async #takeBack(voice: Voice): Promise<void> {
    const session = this.parts.sessionOf(this.callId);
    const { caller, agent } = voice.pair;
    const back = await session?.joinAll([[caller, agent]], () => !isGone(voice));
    if (back?.ok === false && back.failure.kind !== 'overtaken')
      this.parts.log.error({ callId: this.callId, failure: back.failure }, 'two parties stay with the mixer');
    voice.state = 'gone';
    if (this.#voice === voice) this.#voice = null;
    await this.#clear(voice);
  }

  /** Nothing is left of the voice, and the room has a copy of everybody again. */
  async #clear({ seats, aside }: Voice): Promise<void> {
    const session = this.parts.sessionOf(this.callId);
    for (const { room, seat } of seats) this.#later(leaveSeat(room, session, seat));
    for (const { tag } of aside?.taps ?? []) void session?.taps.close(tag);
    if (aside !== null) this.#later(aside.room.close());
    if (this.#over || this.#room === null) return;
    await this.#room.mute(this.#seat, true);
    await this.#tapAll(this.#room);
  }

  /** A copy of each party that is joined with another, but of those on seats in the same room. */
  async #tapAll(room: MixerRoom): Promise<void> {
    const session = this.parts.sessionOf(this.callId);
    if (session === undefined) return;
    const there = new Set(this.#voice?.seats.filter((one) => one.room === room).map(({ leg }) => leg));
    const wanted = session.joined().filter((leg) => !isSeat(leg) && !there.has(leg));
    for (const [leg, tap] of this.#taps) {
      if (wanted.includes(leg)) continue;
      this.#taps.delete(leg);
      this.#later(room.remove(tap.tag));
      await session.taps.close(tap.tag);
    }
    for (const leg of wanted) {
      if (this.#taps.has(leg) || this.#over) continue;
      const tap = await this.#tap(session, leg, room).catch((error: unknown) => {
        // It has left, or waits, by now.
        if (session.joined().includes(leg)) throw error;
        return null;
      });
      if (tap !== null) this.#taps.set(leg, tap);
    }
  }

  async #tap(session: MediaSession, leg: string, room: MixerRoom): Promise<Tap> {
    const tag = `:tap-${this.parts.newNumber()}`;
    const told = must(await session.taps.open(leg, tag));
    try {
      const there = await room.add(tag, takenAt(told), { muted: false });
      must(await session.taps.answered(tag, seatDescription(there, 'recvonly')));
    } catch (error) {
      this.#later(room.remove(tag));
      void session.taps.close(tag);
      throw error;
    }
    return { tag, room };
  }

  #session(callId: string): MediaSession {
    const session = this.parts.sessionOf(callId);
    if (session === undefined) throw new MixerFailure('the call has no media');
    return session;
  }

  #trouble(err: unknown): void {
    if (this.#over) return;
    this.parts.log.error({ callId: this.callId, err }, 'a call cannot be listened to any more');
    void this.lost();
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#over) throw new MixerFailure('nobody listens any more');
      return step();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Nobody waits for it, and should it fail there is nothing to be done: rooms end with their mixer. */
  #later(step: Promise<void>): void {
    step.catch((err: unknown) => this.parts.log.debug({ callId: this.callId, err }, 'mixer step not taken'));
  }
}

/** Somebody else has moved the parties. */
function isGone(voice: Voice): boolean {
  return voice.state === 'gone';
}
