import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from './end-with-us.js';
import { udpPortBound } from './ports.js';
import { renderScenario, type ScenarioParameters } from './render-scenario.js';
import { until } from './wait.js';

/** One SIP phone or PBX of a story, played by its own sipp process. */
export interface PartySpec {
  /** Scenario file without `.xml`, e.g. `agent-refers`. */
  readonly scenario: string;
  readonly port: number;
  /** True when the party calls, false when it is called. */
  readonly calls: boolean;
  readonly parameters: ScenarioParameters;
  readonly transport: 'udp' | 'tcp';
  /** How many calls it plays. */
  readonly times: number;
  /** Calls started per second, for a party that calls. */
  readonly rate: number;
  /** The scenario sees every copy of a message: sipp drops none and sends nothing again by itself. */
  readonly seesCopies: boolean;
}

export interface Party {
  readonly spec: PartySpec;
  /** Exit code of sipp: 0 only when every call went exactly as the scenario says. */
  readonly done: Promise<number>;
  /** Every message so far, as sipp writes them down. */
  messages(): string;
  /** What went wrong and every message, for a person to read. */
  account(): string;
  kill(): void;
}

/** sipp gives up on a message that does not come after this many milliseconds. */
const messageLimitMs = 20_000;
/** sipp gives up on the whole story after this many seconds. */
const storyLimitSeconds = 60;

/** Start a party; resolves when its port is bound. Its files are kept in `folder`. */
export async function startParty(spec: PartySpec, server: string, folder: string): Promise<Party> {
  const base = join(folder, `${spec.scenario}-${spec.port}`);
  writeFileSync(`${base}.xml`, renderScenario(spec.scenario, { ...spec.parameters, server }));
  const child = spawn('sipp', sippArguments(spec, server, base), {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
  });
  endWithUs(child);
  let screen = '';
  const keep = (chunk: Buffer): void => {
    screen = (screen + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const done = exitCode(child);
  const party: Party = {
    spec,
    done,
    messages: () => read(`${base}.messages.log`),
    account: () => account(spec, base, screen),
    kill: () => child.kill('SIGKILL'),
  };
  const ended = { yes: false };
  void done.then(
    () => {
      ended.yes = true;
    },
    () => {
      ended.yes = true;
    },
  );
  await until(
    `sipp (${spec.scenario}) to bind port ${spec.port}`,
    () => ended.yes || udpPortBound(spec.port) || isTcp(spec) || undefined,
  );
  return party;
}

function isTcp(spec: PartySpec): boolean {
  return spec.transport === 'tcp';
}

function sippArguments(spec: PartySpec, server: string, base: string): string[] {
  const common = [
    ['-sf', `${base}.xml`],
    ['-i', '127.0.0.1'],
    ['-p', String(spec.port)],
    ['-t', spec.transport === 'udp' ? 'u1' : 't1'],
    ['-m', String(spec.times)],
    ['-recv_timeout', String(messageLimitMs)],
    ['-timeout', `${storyLimitSeconds}s`, '-timeout_error'],
    ['-deadcall_wait', '0'],
    ['-timer_resol', '1'],
    ['-nostdin', '-trace_err', '-trace_msg'],
    ['-error_file', `${base}.errors.log`],
    ['-message_file', `${base}.messages.log`],
  ].flat();
  if (spec.seesCopies) common.push('-nr');
  return spec.calls ? [...common, '-r', String(spec.rate), server] : common;
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new Error('sipp was not found: install it with `apt-get install sip-tester`, or run scripts/test')
          : error,
      ),
    );
    child.once('exit', (code, signal) =>
      code === null ? resolve(signal === 'SIGKILL' ? -9 : -1) : resolve(code),
    );
  });
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

function account(spec: PartySpec, base: string, screen: string): string {
  const errors = read(`${base}.errors.log`);
  return [
    `--- ${spec.scenario} on port ${spec.port}`,
    errors === '' ? screen.trim() : errors,
    `--- its messages (${base}.messages.log)`,
    read(`${base}.messages.log`).slice(-12_000),
  ].join('\n');
}
