/** Reading a password without showing it, and making one. */
import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Surroundings } from './options.js';

/** Where a password comes from; the process itself outside of tests. */
export interface PasswordSource {
  /** A person sits there: they are asked, twice. Else the first line counts. */
  readonly interactive: boolean;
  /** A line; `prompt` is shown, what is typed is not. Null at the end of the input. */
  ask(prompt: string): Promise<string | null>;
}

/** Whose password is wanted, for a command that sets one. */
export interface PasswordWish {
  /** The command, for messages: `onekey agent`. */
  readonly command: string;
  readonly account: string;
  /** Make one and print it. */
  readonly generate: boolean;
  readonly surroundings: Surroundings & { readonly passwords: PasswordSource };
}

type GivenPassword =
  | { readonly ok: true; readonly password: string }
  | { readonly ok: false; readonly message: string };

/** Shortest password that is taken, characters. */
const SHORTEST = 8;
const LONGEST = 128;
/** Without letters and digits that look alike. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** Null when there is none that can be taken; it was said why. */
export async function passwordFor(wish: PasswordWish): Promise<string | null> {
  const { command, account, generate, surroundings } = wish;
  if (generate) {
    const password = madePassword();
    surroundings.out(password);
    return password;
  }
  const given = await givenPassword(surroundings.passwords, account);
  if (given.ok) return given.password;
  surroundings.err(`${command}: ${given.message}`);
  return null;
}

async function givenPassword(source: PasswordSource, account: string): Promise<GivenPassword> {
  const password = await source.ask(`Password of ${account}: `);
  if (password === null || password === '')
    return { ok: false, message: 'there is no password; type it, or give it as the first line of the input' };
  const fault = faultOf(password);
  if (fault !== null) return { ok: false, message: fault };
  if (source.interactive && (await source.ask('Again: ')) !== password)
    return { ok: false, message: 'the two passwords differ; nothing was changed' };
  return { ok: true, password };
}

function faultOf(password: string): string | null {
  if (password.length < SHORTEST) return `the password is too short; ${SHORTEST} characters at least`;
  if (password.length > LONGEST) return `the password is too long; ${LONGEST} characters at most`;
  return /\p{Cc}/u.test(password) ? 'the password holds control characters, which phones cannot send' : null;
}

/** A password of 16 characters, 92 bits. */
function madePassword(): string {
  return Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** The terminal, or what is piped in. */
export function processPassword(): PasswordSource {
  const { stdin, stderr } = process;
  const interactive = stdin.isTTY === true;
  return {
    interactive,
    ask: (prompt) =>
      new Promise((resolve) => {
        if (interactive) stderr.write(prompt);
        // An output that swallows everything: the terminal must not show what is typed.
        const lines = createInterface({ input: stdin, terminal: interactive });
        let line: string | null = null;
        if (interactive) Object.assign(lines, { _writeToOutput: () => undefined });
        lines.once('line', (text) => {
          line = text;
          lines.close();
        });
        lines.once('close', () => {
          if (interactive) stderr.write('\n');
          resolve(line);
        });
      }),
  };
}
