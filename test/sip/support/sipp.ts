import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Transport } from '../../../src/sip/transport/flow.js';
import { freePort } from './rig.js';

const SCENARIOS = fileURLToPath(new URL('../scenarios/', import.meta.url));

export interface SippOptions {
  /** File name in `scenarios/` without `.xml`. */
  readonly scenario: string;
  readonly transport?: Transport;
  readonly host?: string;
  /** The server that sipp calls; absent for a scenario that waits to be called. */
  readonly target?: number;
  /** Calls in all, and per second. */
  readonly calls?: number;
  readonly rate?: number;
  readonly extra?: readonly string[];
}

export interface Sipp {
  readonly port: number;
  /** Resolves when every call of the scenario went as written; rejects with sipp's errors and messages. */
  readonly done: Promise<void>;
}

/** Runs sipp with one scenario on a free port of loopback. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const { scenario, transport = 'udp', host = '127.0.0.1', target, calls = 1, rate = 10 } = options;
  const port = await freePort(host);
  const logs = await mkdtemp(join(tmpdir(), 'sipp-'));
  const remote =
    target === undefined ? [] : [host.includes(':') ? `[${host}]:${target}` : `${host}:${target}`];
  const args = [
    ...remote,
    '-sf',
    join(SCENARIOS, `${scenario}.xml`),
    '-i',
    host,
    '-p',
    String(port),
    '-m',
    String(calls),
    '-r',
    String(rate),
    '-t',
    transport === 'tcp' ? 't1' : 'u1',
    '-nostdin',
    '-nd',
    '-timeout',
    '25',
    '-timeout_error',
    '-trace_err',
    '-error_file',
    join(logs, 'errors.log'),
    '-trace_msg',
    '-message_file',
    join(logs, 'messages.log'),
    ...(options.extra ?? []),
  ];
  const child = spawn('sipp', args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: logs });
  const done = finished(child, scenario, logs);
  // A test that fails earlier must not leave an unhandled rejection.
  done.catch(() => undefined);
  if (target === undefined) await listening(transport, host, port, done);
  return { port, done };
}

/** Waits until sipp has its port, as the kernel lists it; ends with sipp's own error when sipp has ended. */
async function listening(
  transport: Transport,
  host: string,
  port: number,
  done: Promise<void>,
): Promise<void> {
  const socket = transport === 'udp' ? 'udp' : 'tcp';
  const table = `/proc/net/${socket}${host.includes(':') ? '6' : ''}`;
  // State 0A is LISTEN; a UDP socket without a peer is in state 07.
  const entry = new RegExp(
    `:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]+:0000 ${socket === 'tcp' ? '0A' : '07'} `,
  );
  const deadline = Date.now() + 10_000;
  while (!entry.test(await readFile(table, 'utf8'))) {
    if (Date.now() > deadline) throw new Error(`sipp did not listen on ${transport} ${port} within 10 s`);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 10)), done]);
  }
}

async function finished(child: ChildProcess, scenario: string, logs: string): Promise<void> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const texts: string[] = [];
  for (const file of await readdir(logs)) texts.push(await readFile(join(logs, file), 'utf8'));
  await rm(logs, { recursive: true });
  if (code !== 0)
    throw new Error(`sipp ${scenario} ended with ${code}\n${stderr}\n${texts.join('\n').slice(0, 8000)}`);
}
