/** Something that happened in the demo and that the story may wait for. */
export interface Happening {
  /** Who noticed it. */
  readonly who: string;
  /** What, as a word to compare, e.g. `hears 110` or `ringing`. */
  readonly what: string;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** The story did not come out as told. */
export class StoryError extends Error {}

/** Everything that happened so far, and waiting for what comes next. */
export class Happenings {
  readonly #all: Happening[] = [];
  readonly #waiting = new Set<() => void>();

  note(happening: Happening): void {
    this.#all.push(happening);
    for (const look of [...this.#waiting]) look();
  }

  /** Number of happenings so far: a place to look from. */
  get mark(): number {
    return this.#all.length;
  }

  /** What `who` noticed from a place on, in order. */
  of(who: string, from = 0): readonly string[] {
    return this.#all
      .slice(from)
      .filter((happening) => happening.who === who)
      .map((happening) => happening.what);
  }

  /**
   * Wait until `who` notices `what`, unless that was so already after the place `from`.
   *
   * @param limitMs real milliseconds.
   * @throws StoryError when it does not happen in time.
   */
  until(who: string, what: string, from = 0, limitMs = 8000): Promise<Happening> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        const seen = this.of(who, from).join(', ') || 'nothing';
        reject(
          new StoryError(`${who}: "${what}" did not happen within ${limitMs / 1000} s; there was: ${seen}`),
        );
      }, limitMs);
      const look = (): void => {
        const found = this.#all
          .slice(from)
          .find((happening) => happening.who === who && happening.what === what);
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
