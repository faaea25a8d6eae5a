import type { Surroundings } from '../../../src/cli/options.js';

/** Surroundings that keep what is written to them. */
export function recorder(env: Readonly<Record<string, string>> = {}): Surroundings & {
  readonly output: string[];
  readonly errors: string[];
} {
  const output: string[] = [];
  const errors: string[] = [];
  return {
    env,
    output,
    errors,
    out: (text) => void output.push(text),
    err: (text) => void errors.push(text),
  };
}
