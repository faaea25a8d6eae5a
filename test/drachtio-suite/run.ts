import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSipServer, type SipServer } from '../../src/sip/server.js';
import { type PreparedSuite, prepareSuite } from './prepare.js';

/** Runs one part of drachtio-srf's test suite against servers of ours and local sipp. */

/** What a part of the suite said at its end. */
export interface SuiteResult {
  /** Exit code of its process; 0 when every test passed. */
  readonly code: number | null;
  readonly output: string;
}

/** The file of the suite's configuration, as far as we change it. */
type SuiteConfig = Record<string, { port?: number; host?: string; secret?: string }>;

/** The addresses of the two servers in the suite's network, and the names of their clients' settings. */
const SERVERS = [
  { setting: 'drachtio-sut', address: 10 },
  { setting: 'drachtio-uas', address: 19 },
] as const;

const SECRET = 'cymru';

/** Runs a test file of the suite, e.g. `uac.js`, with the sipps that it names waiting. */
export async function runSuiteFile(file: string, deadlineMs: number): Promise<SuiteResult> {
  const suite = await prepareSuite();
  const servers: SipServer[] = [];
  const sipps: ChildProcess[] = [];
  try {
    await startServers(suite, servers);
    sipps.push(...(await startSipps(suite)));
    const env = { ...process.env, NODE_ENV: 'test', SUITE_NETWORK: suite.network, NODE_CONFIG: '' };
    return await run('node', [join('test', file)], suite.folder, env, deadlineMs);
  } finally {
    for (const sipp of sipps) sipp.kill('SIGKILL');
    for (const server of servers) await server.stop();
    await rm(suite.folder, { recursive: true, force: true });
  }
}

/** Runs the suite's unit tests, the ones of the wire protocol among them. */
export async function runSuiteUnits(deadlineMs: number): Promise<SuiteResult> {
  const suite = await prepareSuite();
  try {
    const mocha = join('node_modules', '.bin', 'mocha');
    return await run(mocha, ['./test/unit-tests/'], suite.folder, process.env, deadlineMs);
  } finally {
    await rm(suite.folder, { recursive: true, force: true });
  }
}

/** Opens both servers and writes their control ports into the suite's configuration. */
async function startServers(suite: PreparedSuite, servers: SipServer[]): Promise<void> {
  const path = join(suite.folder, 'config', 'test.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as SuiteConfig;
  for (const { setting, address } of SERVERS) {
    const server = createSipServer({
      listeners: [{ transport: 'udp', host: `${suite.network}.${address}`, port: 5060 }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
    });
    const bound = await server.start();
    servers.push(server);
    config[setting] = { ...config[setting], port: bound.control.port };
  }
  await writeFile(path, JSON.stringify(config));
}

/** Starts every sipp that a test script names, and gives them the moment they need to listen. */
async function startSipps(suite: PreparedSuite): Promise<ChildProcess[]> {
  const started: ChildProcess[] = [];
  for (const { address, scenario } of suite.sipps.values()) {
    const args = ['-sf', join('test', 'scenarios', scenario), '-i', address, '-p', '5060', '-nostdin'];
    started.push(spawn('sipp', args, { cwd: suite.folder, stdio: 'ignore' }));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return started;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  deadlineMs: number,
): Promise<SuiteResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (data: Buffer): void => {
      output += data.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const deadline = setTimeout(() => {
      output += `\nended after ${deadlineMs} ms without a result\n`;
      child.kill('SIGKILL');
    }, deadlineMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(deadline);
      resolve({ code, output });
    });
  });
}
