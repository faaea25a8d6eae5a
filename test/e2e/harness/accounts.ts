import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cliFile, type Server } from './server.js';

/** Run `onekey agent ...` on the data folder of a server that may be running; `typed` is its input. */
export function agentCommand(server: Server, argv: readonly string[], typed = ''): string {
  return command(server, 'agent', [...argv, '--dialplan', server.dialPlanFile], typed);
}

/** Make an account of somebody who logs in at the page of operations; `members` with commas between, default all. */
export function addPerson(
  server: Server,
  name: string,
  role: string,
  password: string,
  members = 'all',
): void {
  const plan = ['--dialplan', server.dialPlanFile];
  command(server, 'user', ['add', name, '--role', role, '--members', members, ...plan], `${password}\n`);
}

function command(server: Server, name: 'agent' | 'user', argv: readonly string[], typed: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      cliFile,
      name,
      ...argv,
      '--data',
      server.dataFolder,
      '--config',
      join(server.options.folder, 'onekey.yaml'),
    ],
    { encoding: 'utf8', input: typed },
  );
  if (status !== 0)
    throw new Error(`onekey ${name} ${argv.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** Make an account, and wait until the server knows it. */
export async function addAgent(
  server: Server,
  agent: {
    readonly id: string;
    readonly member: string;
    readonly extension: string;
    readonly password: string;
  },
): Promise<void> {
  const { id, member, extension, password } = agent;
  agentCommand(server, ['add', id, '--member', member, '--extension', extension], `${password}\n`);
}
