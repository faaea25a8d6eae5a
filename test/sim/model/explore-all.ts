import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { bundled } from './bundle.js';
import { Counterexample, type Explored } from './explore.js';
import type { Answer } from './explorer-thread.js';
import type { Seen } from './fingerprint.js';
import type { Budget } from './world.js';

/**
 * Explores families of histories with every core of the machine; gives a promise for each, in their order, that rejects
 * with the history that breaks a rule. `situations` gathers what was seen.
 */
export function exploreAll(families: readonly Budget[], situations: Seen): readonly Promise<Explored>[] {
  const results = families.map(() => new Result());
  // Whoever waits for a later one shall not be told of an earlier one as of nobody's.
  for (const { promise } of results) promise.catch(() => undefined);
  let next = 0;
  const work = async (module: string): Promise<void> => {
    const thread = new Worker(new URL(module));
    for (let at = next++; at < families.length; at = next++) {
      const result = results[at];
      try {
        result?.resolve(await asked(thread, families[at], situations));
      } catch (error) {
        result?.reject(error);
      }
    }
    await thread.terminate();
  };
  void bundled('explorer-thread.ts', null).then(
    (module) => Array.from({ length: availableParallelism() }, () => work(module)),
    (error: unknown) => {
      for (const { reject } of results) reject(error);
    },
  );
  return results.map(({ promise }) => promise);
}

function asked(thread: Worker, family: Budget | undefined, situations: Seen): Promise<Explored> {
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('message', (answer: Answer) => {
      thread.off('error', reject);
      if (!answer.ok) return reject(new Counterexample(answer.counterexample));
      situations.addAll(answer.situations);
      resolve(answer.explored);
    });
    thread.postMessage(family);
  });
}

/** A promise that is settled from outside. */
class Result {
  resolve!: (explored: Explored) => void;
  reject!: (error: unknown) => void;
  readonly promise = new Promise<Explored>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}
