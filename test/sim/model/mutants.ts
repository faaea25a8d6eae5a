/** Deliberate bugs of the core, each of a class that peers had or that this design invites; the model notices every one. */
import { ANNOUNCED } from './mutants-announced.js';
import { CALLED_BACK } from './mutants-called-back.js';
import { CONFERRED } from './mutants-conference.js';
import { JOINED, KEYED, MOVED, REPLACED } from './mutants-joined.js';
import { QUEUED } from './mutants-queue.js';
import { HUNTED, OFFERED, SIGNALLED } from './mutants-signalling.js';
import { CONSULTED, NOTIFIED, RECOVERED, TRANSFERRED } from './mutants-transfer.js';

export interface Mutant {
  /** What goes wrong, as a user would say it. */
  readonly bug: string;
  /** File in src/call. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The family of histories that shows it. */
  readonly family: string;
  /** The rule that it breaks, in the words of the violation. */
  readonly rule: string;
}

export const mutants: readonly Mutant[] = [
  ...TRANSFERRED,
  ...NOTIFIED,
  ...CONSULTED,
  ...RECOVERED,
  ...SIGNALLED,
  ...OFFERED,
  ...HUNTED,
  ...ANNOUNCED,
  ...JOINED,
  ...REPLACED,
  ...MOVED,
  ...KEYED,
  ...QUEUED,
  ...CONFERRED,
  ...CALLED_BACK,
];
