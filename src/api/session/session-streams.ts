import type { ServerResponse } from 'node:http';
import type { SessionPeople } from './session-people.js';

/** Answers under way to sessions: those of a session that ends are cut off, such as its stream of events. */
export class SessionStreams {
  readonly #answers = new Map<string, Set<ServerResponse>>();

  constructor(people: Pick<SessionPeople, 'onEnded'> | undefined) {
    people?.onEnded((session) => {
      for (const answer of this.#answers.get(session) ?? []) answer.destroy();
    });
  }

  /** An answer to this session is under way. */
  add(session: string, answer: ServerResponse): void {
    const answers = this.#answers.get(session) ?? new Set();
    this.#answers.set(session, answers.add(answer));
    answer.once('close', () => {
      answers.delete(answer);
      if (answers.size === 0) this.#answers.delete(session);
    });
  }
}
