import type { MediaLog } from './log.js';
import type { Mixer, MixerRoom } from './mixer/mixer.js';
import type { MediaSession } from './rtpengine/media-session.js';
import { leaveSeat, must, seatDescription, seatName, takenAt, takeSeat } from './seats.js';

/** One call whose parties hear each other through a room of the mixer. */
interface Conference {
  readonly room: MixerRoom;
  /** Seats by the leg that is on them. */
  readonly seats: Map<string, string>;
}

/**
 * Legs of a call in a room of the mixer. Each leg has a seat there, which is a leg of the same media session: the
 * engine links the two, so that the party notices nothing. All reject with {@link MixerFailure}.
 */
export class Conferences {
  readonly #byCall = new Map<string, Conference>();

  /** @param seats number of seats made so far; calls that outlive this program have had some, and none comes twice */
  constructor(
    private readonly mixer: Mixer,
    private readonly log: MediaLog,
    private seats: number,
  ) {}

  get up(): boolean {
    return this.mixer.up;
  }

  has(callId: string, leg: string): boolean {
    return this.#byCall.get(callId)?.seats.has(leg) ?? false;
  }

  /**
   * These legs hear all others of them, and nobody else. Those who hold keep their seats, hear nobody and are heard by
   * nobody, whatever they send. Legs that are not among them give their seats up.
   */
  async confer(
    session: MediaSession,
    legs: readonly string[],
    holds: (leg: string) => boolean,
  ): Promise<void> {
    const conference = await this.#conferenceOf(session.id);
    const { seats } = conference;
    const fresh = legs.filter((leg) => !seats.has(leg));
    const taken = await Promise.allSettled(fresh.map(() => this.#seat(conference, session)));
    const places = new Map(seats);
    for (const [index, leg] of fresh.entries()) {
      const one = taken[index];
      if (one?.status === 'fulfilled') places.set(leg, one.value);
    }
    try {
      for (const one of taken) if (one.status === 'rejected') throw one.reason;
      const speaking = legs.filter((leg) => !holds(leg));
      must(await session.joinAll(speaking.map((leg) => [leg, places.get(leg) ?? ''] as const)));
      for (const leg of legs) if (holds(leg)) must(await session.park(leg));
    } catch (error) {
      for (const leg of fresh) this.#giveUp(conference, session, places.get(leg));
      if (seats.size === 0) this.#close(session.id);
      throw error;
    }
    for (const [leg, seat] of places) seats.set(leg, seat);
    this.vacate(
      session,
      [...seats.keys()].filter((leg) => !legs.includes(leg)),
    );
  }

  /** These legs are joined to others now, or parked, or gone: their seats are given up. */
  vacate(session: MediaSession, legs: readonly string[]): void {
    const conference = this.#byCall.get(session.id);
    if (conference === undefined) return;
    for (const leg of legs) {
      const seat = conference.seats.get(leg);
      if (seat === undefined) continue;
      conference.seats.delete(leg);
      this.#giveUp(conference, session, seat);
    }
    if (conference.seats.size === 0) this.#close(session.id);
  }

  /** A party on a seat begins to hold, or ends it. Does nothing for those who have no seat. */
  async held(session: MediaSession, leg: string, holds: boolean): Promise<void> {
    const seat = this.#byCall.get(session.id)?.seats.get(leg);
    if (seat === undefined) return;
    must(holds ? await session.park(leg) : await session.join(leg, seat));
  }

  /**
   * The engine has made the call anew, and takes audio for these of its legs at other places than before: seats among
   * them are taken again.
   */
  async remade(session: MediaSession, legs: readonly string[]): Promise<void> {
    const conference = this.#byCall.get(session.id);
    if (conference === undefined) return;
    for (const seat of conference.seats.values()) {
      const told = legs.includes(seat) ? session.told(seat) : null;
      if (told === null) continue;
      await conference.room.remove(seat);
      const there = await conference.room.add(seat, takenAt(told), { muted: false });
      must(await session.answered(seat, seatDescription(there)));
    }
  }

  /** The call is over, or all its media. */
  ended(callId: string): void {
    this.#close(callId);
  }

  /**
   * The mixer has died, and all rooms with it.
   *
   * @param tell gets each call that was in one, before its legs are taken from where nobody is heard any more
   */
  lost(sessionOf: (callId: string) => MediaSession | undefined, tell: (callId: string) => void): void {
    const lost = [...this.#byCall];
    this.#byCall.clear();
    for (const [callId, { seats }] of lost) {
      tell(callId);
      const session = sessionOf(callId);
      for (const seat of seats.values()) void session?.leave(seat);
    }
  }

  async #conferenceOf(callId: string): Promise<Conference> {
    const known = this.#byCall.get(callId);
    if (known !== undefined) return known;
    const made = { room: await this.mixer.open(), seats: new Map<string, string>() };
    this.#byCall.set(callId, made);
    return made;
  }

  async #seat({ room }: Pick<Conference, 'room'>, session: MediaSession): Promise<string> {
    this.seats += 1;
    const seat = seatName(this.seats);
    try {
      await takeSeat(room, session, seat);
    } catch (error) {
      this.#giveUp({ room }, session, seat);
      throw error;
    }
    return seat;
  }

  #giveUp({ room }: Pick<Conference, 'room'>, session: MediaSession, seat: string | undefined): void {
    if (seat === undefined) return;
    this.#later(leaveSeat(room, session, seat), session.id);
  }

  #close(callId: string): void {
    const conference = this.#byCall.get(callId);
    if (conference === undefined) return;
    this.#byCall.delete(callId);
    this.#later(conference.room.close(), callId);
  }

  /** Nobody waits for it, and should it fail there is nothing to be done: rooms end with their mixer. */
  #later(step: Promise<void>, callId: string): void {
    step.catch((err: unknown) => this.log.debug({ callId, err }, 'mixer step not taken'));
  }
}
