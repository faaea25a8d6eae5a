import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cliFile, type Server } from './server.js';

/** Run `onekey agent ...` on the data folder of a server that may be running; `typed` is its input. */
export function agentCommand(server: Server, argv: readonly string[], typed = ''): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      cliFile,
      'agent',
      ...argv,
      '--data',
      server.dataFolder,
      '--dialplan',
      server.dialPlanFile,
      '--config',
      join(server.options.folder, 'onekey.yaml'),
    ],
    { encoding: 'utf8', input: typed },
  );
  if (status !== 0)
    throw new Error(`onekey agent ${argv.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
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
