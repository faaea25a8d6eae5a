import type { ParseArgsConfig } from 'node:util';
import type { Config } from '../../config/config.js';
import type { LedgerReader } from '../../ledger/ledger-reader.js';
import { processSurroundings, type Surroundings } from '../options.js';

/** Surroundings of a command, and a line on the terminal that it may write over and over. */
export interface LedgerSurroundings extends Surroundings {
  /** Show this text in place of the last; null when nobody looks (no terminal). */
  readonly progress: ((text: string) => void) | null;
}

/** What a subcommand works on. */
export interface Workplace {
  readonly reader: LedgerReader;
  /** Folder of the ledger. */
  readonly folder: string;
  readonly config: Config;
  readonly json: boolean;
  readonly surroundings: LedgerSurroundings;
}

/** What a subcommand works on that brings the ledger itself into order, and needs no reader for it. */
export interface FolderWorkplace {
  readonly config: Config;
  readonly json: boolean;
  readonly surroundings: LedgerSurroundings;
}

/** One of `onekey ledger ...` that brings the ledger itself into order. */
export interface FolderSubcommand {
  readonly options: NonNullable<ParseArgsConfig['options']>;
  understand(values: OptionValues, positionals: readonly string[]): FolderUnderstood;
}

/** The same for a subcommand that brings the ledger itself into order. */
export type FolderUnderstood =
  | { readonly ok: true; run(workplace: FolderWorkplace): Promise<number> }
  | { readonly ok: false; readonly message: string };

/** A command line understood, ready to run; `run` resolves to the exit code. */
export type Understood =
  | { readonly ok: true; run(workplace: Workplace): Promise<number> }
  | { readonly ok: false; readonly message: string };

export type OptionValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/** One of `onekey ledger ...`. */
export interface Subcommand {
  readonly options: NonNullable<ParseArgsConfig['options']>;
  understand(values: OptionValues, positionals: readonly string[]): Understood;
}

/** The process itself; output that nobody reads any more (`| head`) ends it in silence. */
export function ledgerSurroundings(): LedgerSurroundings {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const progress = (text: string): void => void process.stderr.write(`\r\u001b[K${text}`);
  return { ...processSurroundings, progress: process.stderr.isTTY ? progress : null };
}
