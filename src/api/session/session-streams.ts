import type { ServerResponse } from 'node:http';

/** Says when what lets people in holds no more: sessions, or secrets of tokens. */
export interface Passes {
  /** Hears the pass of each that ends. */
  onEnded(listener: (pass: string) => void): () => void;
}

/** Answers under way: those to a session or token that ends are cut off, such as its stream of events. */
export class SessionStreams {
  readonly #answers = new Map<string, Set<ServerResponse>>();

  constructor(sources: readonly (Passes | undefined)[]) {
    for (const source of sources)
      source?.onEnded((pass) => {
        for (const answer of this.#answers.get(pass) ?? []) answer.destroy();
      });
  }

  /** An answer to who has this pass is under way. */
  add(pass: string, answer: ServerResponse): void {
    const answers = this.#answers.get(pass) ?? new Set();
    this.#answers.set(pass, answers.add(answer));
    answer.once('close', () => {
      answers.delete(answer);
      if (answers.size === 0) this.#answers.delete(pass);
    });
  }
}
