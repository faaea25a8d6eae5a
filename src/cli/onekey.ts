#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { packageInfo } from '../config/package-root.js';
import { suggest } from '../config/suggest.js';
import { type Command, EXIT, processSurroundings, type Surroundings } from './options.js';

/** Commands by name; a module is loaded when its command is used. */
export type CommandTable = ReadonlyMap<string, () => Promise<Command>>;

/** The commands of the program. */
export const commands: CommandTable = new Map<string, () => Promise<Command>>([
  ['serve', () => import('./serve.js')],
  ['check', () => import('./check.js')],
  ['demo', () => import('./demo/command.js')],
  ['ledger', () => import('./ledger.js')],
  ['agent', () => import('./agent.js')],
  ['user', () => import('./user.js')],
  ['token', () => import('./token.js')],
]);

/** Run one command line (without node and script) and resolve to the exit code. */
export async function runProgram(
  argv: readonly string[],
  table: CommandTable = commands,
  surroundings: Surroundings = processSurroundings,
): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    surroundings.err(await programHelp(table));
    return EXIT.usage;
  }
  if (first === '--version' || first === '-V' || first === 'version') {
    surroundings.out(`onekey ${packageInfo().version}`);
    return EXIT.ok;
  }
  const asksHelp = first === '--help' || first === '-h' || first === 'help';
  const name = asksHelp ? rest[0] : first;
  if (name === undefined) {
    surroundings.out(await programHelp(table));
    return EXIT.ok;
  }
  const load = table.get(name);
  if (load === undefined) {
    const near = suggest(name, table.keys());
    const remedy = near === undefined ? 'onekey --help lists the commands' : `did you mean "${near}"?`;
    surroundings.err(`onekey: there is no command "${name}"; ${remedy}`);
    return EXIT.usage;
  }
  const command = await load();
  if (asksHelp || wantsHelp(rest)) {
    surroundings.out(command.help);
    return EXIT.ok;
  }
  return command.run(rest);
}

/** `--help` or `-h` anywhere before a lone `--`. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  return options.includes('--help') || options.includes('-h');
}

async function programHelp(table: CommandTable): Promise<string> {
  const rows = await Promise.all(
    [...table].map(async ([name, load]) => `  ${name.padEnd(10)}${(await load()).summary}`),
  );
  return [
    'onekey: one-key call transfer for an alliance of hotlines',
    '',
    'Usage: onekey <command> [options]',
    '',
    'Commands:',
    ...rows,
    `  ${'help'.padEnd(10)}this text, or that of a command: onekey help <command>`,
    '',
    'Options:',
    '  -h, --help     this text, or that of a command: onekey <command> --help',
    '  -V, --version  the version',
  ].join('\n');
}

/** True when this file is the script that node was started with, also through a link such as npm makes. */
function isMain(): boolean {
  const script = process.argv[1];
  if (script === undefined) return false;
  try {
    return pathToFileURL(realpathSync(script)).href === import.meta.url;
  } catch {
    return false;
  }
}

if (isMain()) process.exitCode = await runProgram(process.argv.slice(2));
