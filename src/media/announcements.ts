/** What two legs hear before they hear each other. */
export interface Announcement {
  readonly a: string;
  readonly b: string;
  /** Absolute path of the prompt. */
  readonly file: string;
}

interface Pending extends Announcement {
  begun: boolean;
  readonly settle: (heard: boolean) => void;
  readonly refuse: (why: Error) => void;
}

/** Announcements that wait for their pair, or play; one for a call. Whatever else becomes of the pair cuts it off. */
export class Announcements {
  readonly #calls = new Map<string, Pending>();

  /** @returns whether the pair has heard all of it */
  add(callId: string, announcement: Announcement): Promise<boolean> {
    this.cut(callId);
    return new Promise((settle, refuse) => {
      this.#calls.set(callId, { ...announcement, begun: false, settle, refuse });
    });
  }

  /**
   * These two are to hear each other now. Gives what they hear first, `plays` while they hear it already, and null when
   * nothing is in the way; then an announcement for another pair of the call is cut off.
   */
  due(callId: string, a: string, b: string): Announcement | 'plays' | null {
    const pending = this.#calls.get(callId);
    if (pending === undefined) return null;
    if (![a, b].every((leg) => leg === pending.a || leg === pending.b)) {
      this.cut(callId);
      return null;
    }
    if (pending.begun) return 'plays';
    pending.begun = true;
    return pending;
  }

  /** It was played to its end. False when it was cut off before. */
  played(callId: string, announcement: Announcement): boolean {
    const pending = this.#calls.get(callId);
    if (pending !== announcement) return false;
    this.#calls.delete(callId);
    pending.settle(true);
    return true;
  }

  /** It cannot be played. */
  failed(callId: string, announcement: Announcement, why: Error): void {
    const pending = this.#calls.get(callId);
    if (pending !== announcement) return;
    this.#calls.delete(callId);
    pending.refuse(why);
  }

  /** Something else became of this leg, or of the call. */
  cut(callId: string, leg?: string): void {
    const pending = this.#calls.get(callId);
    if (pending === undefined || (leg !== undefined && leg !== pending.a && leg !== pending.b)) return;
    this.#calls.delete(callId);
    pending.settle(false);
  }
}
