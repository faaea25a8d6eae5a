import type { ParseArgsConfig, parseArgs } from 'node:util';
import { commonOptions, parseCommandLine } from './options.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** A command that has actions, and how it calls what they are done to, and what is never given in the command line. */
export interface ActionCommand {
  readonly name: string;
  readonly subject: 'account' | 'token';
  readonly secret: 'password' | 'secret';
}

/** What goes with an action of a command, such as `add` of `onekey user`. */
export interface ActionLine {
  /** Options beside those of every command. */
  readonly options: readonly string[];
  /** Words that follow it, as the help names them. */
  readonly words: readonly string[];
}

type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: typeof commonOptions & O; strict: true }>
>['values'];

export type ActionRead<A extends string, O extends Options> =
  | {
      readonly ok: true;
      readonly action: A;
      readonly values: Values<O>;
      /** As many as go with the action. */
      readonly words: readonly string[];
    }
  | { readonly ok: false; readonly message: string };

/**
 * Reads what follows the name of a command that is an action, its words, and options that go with it.
 *
 * @param options of all actions, beside those of every command
 */
export function readAction<A extends string, const O extends Options>(
  { name: command, subject, secret }: ActionCommand,
  actions: Readonly<Record<A, ActionLine>>,
  options: O,
  [word, ...args]: readonly string[],
): ActionRead<A, O> {
  const wrong = (message: string): ActionRead<A, O> => ({ ok: false, message });
  const names = Object.keys(actions) as A[];
  const action = names.find((one) => one === word);
  if (action === undefined) {
    const what = word === undefined ? 'say what to do' : `there is no "${command} ${word}"`;
    return wrong(`${what}; it is ${names.join(', ')} (onekey ${command} --help)`);
  }
  const all = { ...commonOptions, ...options };
  const parsed = parseCommandLine({ args, options: all, allowPositionals: true, strict: true });
  if (!parsed.ok) return wrong(parsed.message);
  const { values, positionals } = parsed.line;
  const { options: going, words } = actions[action];
  const stray = Object.keys(values).find((name) => !(name in commonOptions) && !going.includes(name));
  if (stray !== undefined) return wrong(`--${stray} does not go with ${action}`);
  if (positionals.length < words.length)
    return wrong(`say which ${subject}: onekey ${command} ${action} ${words.join(' ')}`);
  const odd = positionals[words.length];
  if (odd !== undefined)
    return wrong(`"${odd}" is one word too many; a ${secret} is never given in the command line`);
  return { ok: true, action, values: values as Values<O>, words: positionals };
}
