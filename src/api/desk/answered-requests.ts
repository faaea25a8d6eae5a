/** How long an answer is kept; milliseconds. A page sends a request again for a few seconds only. */
const KEEP_MS = 60_000;
/** Answers that are kept; the oldest makes room. */
const MOST = 5_000;

interface Answered<T> {
  readonly answer: Promise<T>;
  readonly at: number;
}

/**
 * Answers to requests that a page may send again because it did not hear the answer: what was done once is not done
 * twice, and the second request gets the answer to the first.
 */
export class AnsweredRequests<T> {
  readonly #known = new Map<string, Answered<T>>();

  /** @param now UTC milliseconds */
  constructor(private readonly now: () => number) {}

  /** Act on the first request with this name; every further one has its answer. `null`: a request without a name. */
  once(name: string | null, act: () => Promise<T>): Promise<T> {
    if (name === null) return act();
    this.#forgetOld();
    const known = this.#known.get(name);
    if (known !== undefined) return known.answer;
    const answer = act();
    this.#known.set(name, { answer, at: this.now() });
    // What broke is no answer: the next one may try.
    answer.catch(() => this.#known.delete(name));
    return answer;
  }

  #forgetOld(): void {
    for (const [name, { at }] of this.#known) {
      if (this.#known.size <= MOST && this.now() - at < KEEP_MS) return;
      this.#known.delete(name);
    }
  }
}
