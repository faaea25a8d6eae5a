/** What the server answers to a question that changes with the page. */
import { shallowRef, watchEffect } from 'vue';
import { ops } from './ops.js';
import { OpsError } from './server/ops-client.js';

export interface Asked<T> {
  /** Null until there is one; the one before while another is being asked for. */
  readonly answer: T | null;
  /** Code of what went wrong; empty when nothing did. */
  readonly trouble: string;
  readonly busy: boolean;
}

/**
 * Asks, and asks again when something changes that `ask` reads before it first waits; an answer to an earlier question
 * that comes late is left out. `ask` gives null while there is nothing to ask yet.
 */
export function useAnswer<T>(ask: () => Promise<T> | null) {
  const asked = shallowRef<Asked<T>>({ answer: null, trouble: '', busy: true });
  let last: T | null = null;
  let asks = 0;
  watchEffect(() => {
    asks += 1;
    const mine = asks;
    // Whoever logs in again sees what was refused meanwhile.
    void ops.sessions.value;
    const answering = ask();
    if (answering === null) return;
    asked.value = { answer: last, trouble: '', busy: true };
    answering.then(
      (answer) => {
        if (mine !== asks) return;
        last = answer;
        asked.value = { answer, trouble: '', busy: false };
      },
      (error: unknown) => {
        const code = error instanceof OpsError ? error.code : 'http-0';
        if (code === 'unauthorized') ops.lapse();
        if (mine === asks) asked.value = { answer: last, trouble: code, busy: false };
      },
    );
  });
  return asked;
}
