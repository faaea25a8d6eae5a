import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from '../../test/e2e/harness/end-with-us.js';
import { udpPortBound } from '../../test/e2e/harness/ports.js';
import { renderScenario, type ScenarioParameters } from '../../test/e2e/harness/render-scenario.js';
import { until } from '../../test/e2e/harness/wait.js';

/** One sipp process that plays many calls. */
export interface LoadPartySpec {
  readonly scenario: string;
  readonly port: number;
  readonly parameters: ScenarioParameters;
  /** Calls in all. */
  readonly calls: number;
  /** Calls started per second; null for a party that is called. */
  readonly rate: number | null;
  /** The whole run takes no longer than this. */
  readonly limitSeconds: number;
  /** Note how long each call took to be set up, for scenarios that take the time of it. */
  readonly timed?: boolean;
}

/** What sipp counted. */
export interface LoadFigures {
  readonly succeeded: number;
  readonly failed: number;
  /** Messages that this party sent again. */
  readonly retransmissions: number;
  /** First line of what it complained about; empty when nothing. */
  readonly complaint: string;
  /** From INVITE to 200, one for each call, sorted; milliseconds. Empty when not asked for. */
  readonly setupMs: readonly number[];
}

const scenarioFolder = join(import.meta.dirname, 'scenarios');

/** A running load party. */
export class LoadParty {
  #ended = false;
  readonly exit: Promise<number>;

  private constructor(
    readonly spec: LoadPartySpec,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    this.exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        this.#ended = true;
        resolve(code ?? -1);
      });
    });
  }

  static async start(spec: LoadPartySpec, server: string, folder: string): Promise<LoadParty> {
    const base = join(folder, spec.scenario);
    writeFileSync(
      `${base}.xml`,
      renderScenario(spec.scenario, { ...spec.parameters, server }, scenarioFolder),
    );
    const caller =
      spec.rate === null ? [] : ['-r', String(spec.rate), '-l', String(Math.ceil(spec.rate * 60)), server];
    const child = spawn(
      'sipp',
      [
        ...[
          '-sf',
          `${base}.xml`,
          '-i',
          '127.0.0.1',
          '-p',
          String(spec.port),
          '-t',
          'u1',
          '-m',
          String(spec.calls),
        ],
        ...[
          '-timeout',
          `${spec.limitSeconds}s`,
          '-timeout_error',
          '-recv_timeout',
          '40000',
          '-deadcall_wait',
          '0',
        ],
        ...['-nostdin', '-buff_size', '4194304', '-trace_err', '-error_file', `${base}.errors.log`],
        ...['-trace_stat', '-stf', `${base}.csv`, '-fd', '1s'],
        ...(spec.timed === true ? ['-trace_rtt', '-rtt_freq', '100'] : []),
        ...caller,
      ],
      { stdio: 'ignore', cwd: folder },
    );
    endWithUs(child);
    const party = new LoadParty(spec, child, folder);
    await until(
      `sipp (${spec.scenario}) to bind port ${spec.port}`,
      () => party.#ended || udpPortBound(spec.port) || undefined,
    );
    return party;
  }

  /** Have it stop when it has not by itself, and count. */
  async finish(graceMs: number): Promise<LoadFigures> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), graceMs);
    const code = await this.exit;
    clearTimeout(timer);
    const base = join(this.folder, this.spec.scenario);
    const last = lastRow(`${base}.csv`);
    const succeeded = Number(last.get('SuccessfulCall(C)') ?? 0);
    const counted = Number(last.get('FailedCall(C)') ?? 0);
    return {
      succeeded,
      // A party that had to be stopped, or that saw fewer calls than were made, has failures it did not count.
      failed: Math.max(counted, this.spec.calls - succeeded, code === 0 ? 0 : 1),
      retransmissions: Number(last.get('Retransmissions(C)') ?? 0),
      complaint: complaint(`${base}.errors.log`),
      setupMs: this.spec.timed === true ? setupTimes(this.folder, this.spec.scenario) : [],
    };
  }
}

function lastRow(file: string): ReadonlyMap<string, string> {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const names = (lines[0] ?? '').split(';');
  const values = (lines.length > 1 ? (lines.at(-1) ?? '') : '').split(';');
  return new Map(names.map((name, index) => [name, values[index] ?? '']));
}

function complaint(file: string): string {
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').split('\n');
  return (lines.find((line) => /Aborting|timeout|unexpected|Failed/i.test(line)) ?? '').slice(0, 300);
}

/** What sipp wrote beside its scenario: `time;response time;name`, a line for each call. */
function setupTimes(folder: string, scenario: string): number[] {
  const times: number[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${scenario}_`) || !name.endsWith('_rtt.csv')) continue;
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n').slice(1)) {
      const value = line.split(';')[1];
      if (value !== undefined && value !== '') times.push(Number(value));
    }
  }
  return times.sort((a, b) => a - b);
}
