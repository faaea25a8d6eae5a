/** How the commands under scripts/ read their options: one way to ask for help, one way to be told what is wrong. */
import { parseArgs } from 'node:util';

export interface NumberWish {
  readonly otherwise: number;
  readonly least: number;
  readonly most: number;
  /** Whole numbers only. */
  readonly whole?: boolean;
}

export interface CommandLine {
  /** A number in its range. */
  number(name: string, wish: NumberWish): number;
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** Says what is wrong with the command line and ends with 2. */
  wrong(what: string): never;
}

function wrong(what: string): never {
  console.error(`${what}; see --help`);
  process.exit(2);
}

/**
 * The options of a command. Prints `help` and ends with 0 when that is asked for; ends with 2, naming the option and
 * its range, when one is unknown or out of range.
 */
export function readCommandLine(
  help: string,
  names: { readonly values?: readonly string[]; readonly flags?: readonly string[] },
): CommandLine {
  const options = Object.fromEntries<{ type: 'string' | 'boolean'; short?: string }>([
    ...(names.values ?? []).map((name) => [name, { type: 'string' }] as const),
    ...(names.flags ?? []).map((name) => [name, { type: 'boolean' }] as const),
    ['help', { type: 'boolean', short: 'h' }],
  ]);
  let values: Readonly<Record<string, unknown>>;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) {
    console.log(help);
    process.exit(0);
  }
  const text = (name: string): string | undefined =>
    typeof values[name] === 'string' ? values[name] : undefined;
  return {
    text,
    wrong,
    flag: (name) => values[name] === true,
    number(name, { otherwise, least, most, whole = false }) {
      const given = text(name);
      const value = given === undefined ? otherwise : Number(given);
      if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
      return wrong(`--${name} is a ${whole ? 'whole ' : ''}number from ${least} to ${most}, not ${given}`);
    },
  };
}
