import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandTable, commands, runProgram } from '../../../src/cli/onekey.js';
import { packageInfo } from '../../../src/config/package-root.js';
import { recorder } from './surroundings.js';

function tableOf(): { table: CommandTable; ran: (readonly string[])[]; loaded: string[] } {
  const ran: (readonly string[])[] = [];
  const loaded: string[] = [];
  const command = (name: string) => async () => {
    loaded.push(name);
    const run = async (argv: readonly string[]): Promise<number> => {
      ran.push([name, ...argv]);
      return 7;
    };
    return { summary: `what ${name} does`, help: `Usage: onekey ${name}`, run };
  };
  return { table: new Map(['serve', 'check'].map((name) => [name, command(name)])), ran, loaded };
}

describe('runProgram', () => {
  it('gives a command what follows its name, and returns its exit code; others are not loaded', async () => {
    const { table, ran, loaded } = tableOf();
    expect(await runProgram(['serve', '--config', 'x', 'serve'], table, recorder())).toBe(7);
    expect(ran).toEqual([['serve', '--config', 'x', 'serve']]);
    expect(loaded).toEqual(['serve']);
  });

  it.each([['--help'], ['-h'], ['help']])('shows all commands for %s', async (word) => {
    const { table, ran } = tableOf();
    const surroundings = recorder();
    expect(await runProgram([word], table, surroundings)).toBe(0);
    expect(surroundings.output.join('\n')).toMatch(/serve +what serve does\n +check +what check does/);
    expect(ran).toEqual([]);
  });

  it('shows all commands as an error when there is none', async () => {
    const surroundings = recorder();
    expect(await runProgram([], tableOf().table, surroundings)).toBe(2);
    expect(surroundings.output).toEqual([]);
    expect(surroundings.errors.join('\n')).toContain('what serve does');
  });

  it.each([[['check', '--help']], [['check', '-x', '-h']], [['help', 'check']], [['--help', 'check']]])(
    'shows the help of a command for %j',
    async (argv) => {
      const { table, ran } = tableOf();
      const surroundings = recorder();
      expect(await runProgram(argv, table, surroundings)).toBe(0);
      expect(surroundings.output).toEqual(['Usage: onekey check']);
      expect(ran).toEqual([]);
    },
  );

  it('leaves what follows -- to the command', async () => {
    const { table, ran } = tableOf();
    await runProgram(['check', '--', '--help'], table, recorder());
    expect(ran).toEqual([['check', '--', '--help']]);
  });

  it.each([['--version'], ['-V'], ['version']])('shows the version of the package for %s', async (word) => {
    const surroundings = recorder();
    expect(await runProgram([word], tableOf().table, surroundings)).toBe(0);
    const file = readFileSync(join(packageInfo().root, 'package.json'), 'utf8');
    const { version } = JSON.parse(file) as { version: string };
    expect(surroundings.output).toEqual([`onekey ${version}`]);
  });

  it('names the command that was meant', async () => {
    const surroundings = recorder();
    expect(await runProgram(['srve'], tableOf().table, surroundings)).toBe(2);
    expect(await runProgram(['frobnicate'], tableOf().table, surroundings)).toBe(2);
    expect(surroundings.errors).toEqual([
      'onekey: there is no command "srve"; did you mean "serve"?',
      'onekey: there is no command "frobnicate"; onekey --help lists the commands',
    ]);
  });

  it('has these commands', () => {
    expect([...commands.keys()]).toEqual(['serve', 'check', 'demo', 'ledger', 'agent', 'user', 'token']);
  });
});
