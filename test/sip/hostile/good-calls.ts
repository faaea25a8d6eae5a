import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from '../../e2e/harness/end-with-us.js';
import { freePort } from '../support/rig.js';
import { CALLEE, CALLER, type GuardedServer, SERVER } from './guarded-server.js';

export interface GoodFigures {
  readonly begun: number;
  readonly completed: number;
  /** Messages that the caller had to say again. */
  readonly retransmissions: number;
}

/** sipp as caller and called party, both at trunks, with plain calls until `finish`. */
export class GoodCalls {
  private constructor(
    private readonly caller: ChildProcess,
    private readonly callee: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Begins to call, `rate` calls a second; sipp's statistics go to `folder`. */
  static async start(server: GuardedServer, rate: number, folder: string): Promise<GoodCalls> {
    const { port, calleePort } = server;
    const common = ['-t', 'u1', '-nostdin', '-nd', '-trace_err', '-trace_stat', '-fd', '1s'];
    const callee = run(folder, ['-sn', 'uas', '-i', CALLEE, '-p', String(calleePort), ...common]);
    const own = await freePort(CALLER);
    const load = ['-r', String(rate), '-d', '500', '-m', '1000000', '-l', '1000', '-recv_timeout', '40000'];
    const to = ['-sn', 'uac', '-s', '12345', '-i', CALLER, '-p', String(own), `${SERVER}:${port}`];
    return new GoodCalls(run(folder, [...to, ...load, ...common]), callee, folder);
  }

  /** Has the calls that are up come to their end, and counts. */
  async finish(): Promise<GoodFigures> {
    // sipp begins no further call after this signal and ends with its last one.
    this.caller.kill('SIGUSR1');
    await ended(this.caller, 45_000);
    this.stop();
    const last = this.statistics();
    const number = (name: string): number => Number(last.get(name) ?? 0);
    return {
      begun: number('TotalCallCreated'),
      completed: number('SuccessfulCall(C)'),
      retransmissions: number('Retransmissions(C)'),
    };
  }

  stop(): void {
    this.caller.kill('SIGKILL');
    this.callee.kill('SIGKILL');
  }

  private statistics(): ReadonlyMap<string, string> {
    const file = readdirSync(this.folder).find((name) => name.startsWith('uac') && name.endsWith('.csv'));
    if (file === undefined) return new Map();
    const lines = readFileSync(join(this.folder, file), 'utf8').trim().split('\n');
    const values = (lines.at(-1) ?? '').split(';');
    return new Map((lines[0] ?? '').split(';').map((name, at) => [name, values[at] ?? '']));
  }
}

function run(folder: string, args: readonly string[]): ChildProcess {
  const child = spawn('sipp', args, { stdio: 'ignore', cwd: folder });
  endWithUs(child);
  return child;
}

function ended(child: ChildProcess, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (child.exitCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), ms);
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
