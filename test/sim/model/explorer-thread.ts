/** Runs in a thread of its own: explores the families that it is sent. */
import { parentPort } from 'node:worker_threads';
import { type Explored, explore } from './explore.js';
import { Seen } from './fingerprint.js';
import type { Budget } from './world.js';

/** What a thread sends back of a family. */
export type Answer =
  | { readonly ok: true; readonly explored: Explored; readonly situations: Int32Array }
  /** A rule was broken; the history that leads there. */
  | { readonly ok: false; readonly counterexample: string };

parentPort?.on('message', (budget: Budget) => {
  const situations = new Seen();
  try {
    const answer: Answer = {
      ok: true,
      explored: explore(budget, situations),
      situations: situations.prints(),
    };
    parentPort?.postMessage(answer);
  } catch (error) {
    const answer: Answer = {
      ok: false,
      counterexample: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
    parentPort?.postMessage(answer);
  }
});
