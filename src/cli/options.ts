import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Config } from '../config/config.js';
import { CONFIG_FILE_VARIABLE } from '../config/environment.js';
import { formatFault } from '../config/fault.js';
import { loadConfig } from '../config/load.js';
import { packageInfo } from '../config/package-root.js';
import { loadDialPlan } from '../dialplan/load.js';
import type { DialPlan } from '../dialplan/plan.js';

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** What a command module exports: `run` gets what follows the command's name and resolves to the exit code. */
export interface Command {
  /** One line for `onekey --help`. */
  readonly summary: string;
  /** Text of `onekey <command> --help`, without the line break at the end. */
  readonly help: string;
  run(argv: readonly string[]): Promise<number>;
}

/** Options that every command which reads the configuration has; spread them into its own for `parseArgs`. */
export const commonOptions = {
  config: { type: 'string', short: 'c' },
  dialplan: { type: 'string' },
  data: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

/** Lines about the common options for a command's help. */
export const commonOptionsHelp = `  -c, --config FILE    configuration (default: config/onekey.yaml of the installation)
      --dialplan FILE  dial plan (setting dialplan)
      --data FOLDER    folder of the ledger (setting data)
      --set NAME=VALUE any other setting, such as --set http.port=8081; repeatable`;

/** Values of the common options as `parseArgs` gives them. */
export interface CommonValues {
  readonly config?: string | undefined;
  readonly dialplan?: string | undefined;
  readonly data?: string | undefined;
  readonly set?: readonly string[] | undefined;
}

/** Where a command reads variables and writes text; the process itself outside of tests. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
}

/** The environment and the output of this process. */
export const processSurroundings: Surroundings = {
  env: process.env,
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

export type SettingsResult =
  | {
      readonly ok: true;
      readonly config: Config;
      /** The configuration file that was read; null when there is none and defaults hold. */
      readonly configFile: string | null;
    }
  | { readonly ok: false; readonly exitCode: number };

/**
 * Load the configuration that `--config`, `--dialplan`, `--data`, `--set` and the environment name. All
 * faults are printed, one a line, to the error output.
 */
export function readSettings(
  values: CommonValues,
  surroundings: Surroundings = processSurroundings,
): SettingsResult {
  const overrides: Record<string, string> = {};
  for (const pair of values.set ?? []) {
    const split = pair.indexOf('=');
    if (split < 1) {
      surroundings.err(
        `command line --set ${pair}: there is no "="; write --set name=value, as in --set http.port=8081`,
      );
      return { ok: false, exitCode: EXIT.usage };
    }
    overrides[pair.slice(0, split).trim()] = pair.slice(split + 1);
  }
  if (values.dialplan !== undefined) overrides.dialplan = values.dialplan;
  if (values.data !== undefined) overrides.data = values.data;

  const file = configFile(values.config ?? surroundings.env[CONFIG_FILE_VARIABLE]);
  const loaded = loadConfig({ file, env: surroundings.env, overrides });
  if (loaded.ok) return { ok: true, config: loaded.config, configFile: file ?? null };
  for (const fault of loaded.faults) surroundings.err(formatFault(fault));
  return { ok: false, exitCode: EXIT.failed };
}

/** Load the dial plan that the configuration names; faults are printed like those of the configuration. */
export function readDialPlan(
  config: Pick<Config, 'dialplan'>,
  surroundings: Surroundings = processSurroundings,
): { readonly ok: true; readonly plan: DialPlan } | { readonly ok: false; readonly exitCode: number } {
  const loaded = loadDialPlan(config.dialplan);
  if (loaded.ok) return loaded;
  for (const fault of loaded.faults) surroundings.err(formatFault(fault));
  return { ok: false, exitCode: EXIT.failed };
}

/** The file named by the user, else the shipped one where it is there. */
function configFile(named: string | undefined): string | undefined {
  if (named !== undefined && named !== '') return named;
  const shipped = join(packageInfo().root, 'config', 'onekey.yaml');
  return existsSync(shipped) ? shipped : undefined;
}

/**
 * `parseArgs` of node:util with strict options, whose complaints about the command line come back as a
 * value. On failure print `message` and return {@link EXIT}.usage.
 */
export function parseCommandLine<const T extends ParseArgsConfig>(
  config: T,
):
  | { readonly ok: true; readonly line: ReturnType<typeof parseArgs<T>> }
  | { readonly ok: false; readonly message: string } {
  try {
    return { ok: true, line: parseArgs(config) };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')) {
      return { ok: false, message: error.message };
    }
    throw error;
  }
}
