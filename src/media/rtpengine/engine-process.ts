import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { boundCommand } from '../bound-command.js';
import { type MediaClock, systemClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import { EngineLog } from './engine-log.js';
import { findProgram } from './find-program.js';
import { freeUdpPort } from './free-udp-port.js';
import { NgClient } from './ng-client.js';

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

export interface EngineProcessSettings {
  /** Name or absolute path of the program. */
  readonly program: string;
  /** Addresses for media: `192.0.2.1`, or `192.0.2.1!203.0.113.5` to tell peers the second; rtpengine's own form. */
  readonly interfaces: readonly string[];
  /**
   * First and last UDP port for media; a leg takes two, and two more while it is parked. Each start uses one half,
   * the next the other: parties go on sending to the ports of an engine that died, and a new call on such a port
   * would take their audio for its own.
   */
  readonly ports: PortRange;
  /** A file that says which half an earlier process of ours used; without it the first start takes the lower one. */
  readonly startsFile?: string;
  /**
   * Threads for media. More than one stalls DTLS of clients that send each message of the handshake in a datagram of its
   * own (10.5 with werift: 1 of 20 at 2, 7 at 4); Chromium sends flights, and connected in 30 of 30 calls at 1, 2 and 4.
   */
  readonly threads: number;
  /** UDP port on 127.0.0.1 that keys are reported to. */
  readonly keysPort?: number;
  /** Folder that calls are written to when that is asked for; asked at each start, null for none. */
  readonly captures?: () => string | null;
  readonly log: MediaLog;
  readonly clock?: MediaClock;
  /** It runs again after it had died; it knows nothing of the calls it had. */
  readonly onRestarted?: () => void;
  /** It died and will be started again. */
  readonly onDied?: () => void;
}

/** Why there is no engine, and what helps. */
export interface EngineFault {
  readonly kind: 'not-installed' | 'no-port' | 'no-interface' | 'will-not-start';
  readonly message: string;
  readonly remedy: string;
}

export type EngineStart =
  | { readonly ok: true; readonly engine: EngineProcess }
  | { readonly ok: false; readonly fault: EngineFault };

/** Waiting times before the first, second, … start after a death in a row; milliseconds. */
const againAfterMs = [0, 250, 500, 1000, 2000, 5000] as const;
/** One that lived so long died of something new. */
const livedWellMs = 60_000;
const startWithinMs = 5000;
const termWithinMs = 3000;
const forgottenAfterSeconds = 21_600;

/** rtpengine as a child process: started, kept running, stopped by its pid. */
export class EngineProcess {
  readonly host = '127.0.0.1';
  #child: ChildProcess | null = null;
  #stopping = false;
  #starts = 0;
  #deaths = 0;
  #startedAt = 0;
  #again: { cancel(): void } | null = null;
  readonly #clock: MediaClock;

  private constructor(
    private readonly settings: EngineProcessSettings,
    private readonly program: string,
    /** UDP port of the ng protocol on {@link host}; the same for every start. */
    readonly port: number,
    private readonly lines: EngineLog,
  ) {
    this.#clock = settings.clock ?? systemClock;
    this.#starts = earlierStarts(settings.startsFile);
  }

  /** Start it, and wait until it answers (about 0.1 s). */
  static async start(settings: EngineProcessSettings): Promise<EngineStart> {
    const program = findProgram(settings.program);
    if (program === null) {
      const message = `the program ${settings.program} was not found`;
      return fault('not-installed', message, 'install the Debian package rtpengine-daemon');
    }
    const port = await freeUdpPort('127.0.0.1');
    if (port === null) return fault('no-port', 'no UDP port of 127.0.0.1 is free', 'end what takes them all');
    // It starts without them all the same, and then refuses every call.
    for (const address of settings.interfaces) {
      const own = address.split('!')[0] ?? '';
      if ((await freeUdpPort(own)) !== null) continue;
      const remedy =
        'write an address of this machine under media.rtpengine.interfaces (the command ip address lists them)';
      return fault('no-interface', `media cannot be taken on ${own}`, remedy);
    }
    const engine = new EngineProcess(settings, program, port, new EngineLog(settings.log));
    engine.#spawn();
    if (await engine.#answers()) return { ok: true, engine };
    await engine.stop();
    const said = engine.lines.lastComplaint;
    return fault(
      'will-not-start',
      `rtpengine does not start${said === null ? '' : `: ${said}`}`,
      'see media.rtpengine in the configuration: is program the right one, and are the ports free?',
    );
  }

  /** Process id; null while it is down. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Stop it, by force when it does not end in time. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#again?.cancel();
    const child = this.#child;
    if (child === null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const force = this.#clock.after(termWithinMs, () => child.kill('SIGKILL'));
    await gone;
    force.cancel();
  }

  #spawn(): void {
    this.#startedAt = this.#clock.now();
    const ports = halfOf(this.settings.ports, this.#starts);
    this.#starts += 1;
    noteStarts(this.settings.startsFile, this.#starts);
    const captures = this.settings.captures?.() ?? null;
    const [program, ...args] = boundCommand([
      this.program,
      ...engineArguments(this.settings, this.port, ports, captures),
    ]);
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {},
    });
    this.#child = child;
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => this.lines.take(text));
    child.stderr.on('error', () => undefined);
    let told = false;
    const gone = (how: string): void => {
      if (told) return;
      told = true;
      this.#gone(how);
    };
    child.once('error', (error) => gone(error.message));
    child.once('exit', (code, signal) => gone(signal ?? `exit code ${code}`));
  }

  #gone(how: string): void {
    this.#child = null;
    if (this.#stopping) return;
    const lived = this.#clock.now() - this.#startedAt;
    this.#deaths = lived > livedWellMs ? 1 : this.#deaths + 1;
    const wait = againAfterMs[Math.min(this.#deaths, againAfterMs.length) - 1] ?? 0;
    this.settings.log.error({ how, livedMs: Math.round(lived), startsInMs: wait }, 'rtpengine died');
    this.settings.onDied?.();
    this.#again = this.#clock.after(wait, () => void this.#restart());
  }

  async #restart(): Promise<void> {
    this.#spawn();
    if (!(await this.#answers()) || this.#stopping) return;
    this.settings.log.info({ pid: this.pid }, 'rtpengine runs again');
    this.settings.onRestarted?.();
  }

  /** True once it answers; false when it ended, or took too long. */
  async #answers(): Promise<boolean> {
    const child = this.#child;
    const client = new NgClient({ host: this.host, port: this.port, clock: this.#clock });
    const until = this.#clock.now() + startWithinMs;
    let answered = false;
    while (!answered && this.#child === child && child !== null && this.#clock.now() < until) {
      const pinged = client.request('ping');
      const pause = new Promise<'later'>((resolve) => this.#clock.after(20, () => resolve('later')));
      const first = await Promise.race([pinged, pause]);
      answered = first !== 'later' && first.ok;
      if (first !== 'later' && !first.ok) await pause;
    }
    client.close();
    return answered;
  }
}

/** The command line. `--config-file=none` is what keeps it from a configuration of the system. */
export function engineArguments(
  settings: Pick<EngineProcessSettings, 'interfaces' | 'threads' | 'keysPort'>,
  port: number,
  ports: PortRange,
  captures: string | null = null,
): string[] {
  return [
    '--config-file=none',
    '--table=-1',
    '--foreground',
    '--log-stderr',
    '--no-log-timestamps',
    '--log-level=5',
    `--listen-ng=127.0.0.1:${port}`,
    ...settings.interfaces.map((address) => `--interface=${address}`),
    `--port-min=${ports.min}`,
    `--port-max=${ports.max}`,
    `--num-threads=${settings.threads}`,
    // It ends calls in which nobody sends, whatever plays to them: by default after a minute of a silent hold. We
    // end calls ourselves; this is for one that was forgotten.
    `--timeout=${forgottenAfterSeconds}`,
    `--silent-timeout=${forgottenAfterSeconds}`,
    // It refuses to start where it cannot write to this folder.
    ...(captures === null
      ? []
      : [`--recording-dir=${captures}`, '--recording-method=pcap', '--recording-format=raw']),
    ...(settings.keysPort === undefined ? [] : [`--dtmf-log-dest=127.0.0.1:${settings.keysPort}`]),
  ];
}

/** How many starts there were before this process, as far as that is known. */
function earlierStarts(file: string | undefined): number {
  if (file === undefined || !existsSync(file)) return 0;
  try {
    const starts = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(starts) && starts >= 0 ? starts : 0;
  } catch {
    return 0;
  }
}

/** Where the file cannot be written, the halves are only taken in turns within one process. */
function noteStarts(file: string | undefined, starts: number): void {
  if (file === undefined) return;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, String(starts));
  } catch {
    return;
  }
}

/** The lower half of a range for even numbers of earlier starts, the upper one for odd ones; both begin even. */
export function halfOf({ min, max }: PortRange, starts: number): PortRange {
  const middle = min + 2 * Math.ceil((max - min + 1) / 4);
  return starts % 2 === 0 ? { min, max: middle - 1 } : { min: middle, max };
}

function fault(kind: EngineFault['kind'], message: string, remedy: string): EngineStart {
  return { ok: false, fault: { kind, message, remedy } };
}
