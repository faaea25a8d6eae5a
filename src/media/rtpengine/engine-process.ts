import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { boundCommand } from '../bound-command.js';
import { type MediaClock, systemClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import { engineArguments, halfOf, type PortRange } from './engine-arguments.js';
import { EngineLog } from './engine-log.js';
import { findProgram } from './find-program.js';
import { freeUdpPort } from './free-udp-port.js';
import type { NgPort } from './linker.js';
import { NgClient } from './ng-client.js';
import type { NgFields, NgReply } from './ng-reply.js';

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
  /** One that ends again and again at its start is started again all the same, instead of being a fault. */
  readonly persistent?: boolean;
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

/** `answers`: false for one that is slow, or that is {@link EngineProcessSettings.persistent}; it may answer later. */
export type EngineStart =
  | { readonly ok: true; readonly engine: EngineProcess; readonly answers: boolean }
  | { readonly ok: false; readonly fault: EngineFault };

/** Waiting times before the first, second, … start after a death in a row; milliseconds. */
const againAfterMs = [0, 250, 500, 1000, 2000, 5000] as const;
/** One that lived so long died of something new. */
const livedWellMs = 60_000;
/** Nobody waits longer for the first start. A machine that has much to do may need longer: it goes on then. */
const waitAtMostMs = 5000;
/** One that has not answered since its start so long ago never will; a start takes 0.1 s. */
const hungAfterMs = 60_000;
/** Ends in a row without an answer that say: it does not start. */
const endsToBeSure = 3;
/** Deaths in a row that are told of in words that call somebody. */
const deathsTold = 3;
/** After so long it is asked less often whether it is there. */
const askSeldomAfterMs = 1000;
const termWithinMs = 3000;

/** How a first start came out: it answers, it takes its time, or it ends again and again. */
type Beginning = 'answers' | 'slow' | 'ends';

/** rtpengine as a child process: started, kept running, stopped by its pid. */
export class EngineProcess implements NgPort {
  readonly host = '127.0.0.1';
  #child: ChildProcess | null = null;
  #stopping = false;
  #starts = 0;
  #deaths = 0;
  #startedAt = 0;
  #again: { cancel(): void } | null = null;
  /** Some run of it has answered. */
  #hasAnswered = false;
  /** The present run, or the one before it, has answered. */
  #answered = false;
  #lastEnd = '';
  #began: (how: Beginning) => void = () => undefined;
  #client: NgClient;
  readonly #clock: MediaClock;

  private constructor(
    private readonly settings: EngineProcessSettings,
    private readonly program: string,
    private ngPort: number,
    private readonly lines: EngineLog,
  ) {
    this.#clock = settings.clock ?? systemClock;
    this.#starts = earlierStarts(settings.startsFile);
    this.#client = this.#newClient();
  }

  /** UDP port of the ng protocol on {@link host}. Another one only after a run that never answered. */
  get port(): number {
    return this.ngPort;
  }

  /** Ask it, at whatever port it is. */
  async request(command: string, fields?: NgFields): Promise<NgReply> {
    const reply = await this.#client.request(command, fields);
    if (reply.ok) {
      this.#answered = true;
      this.#hasAnswered = true;
    }
    return reply;
  }

  /** Start it, and wait until it answers (about 0.1 s), for at most 5 s. Slowness is no fault: it is left to come. */
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
    const how = await engine.#begin();
    if (how === 'answers') return { ok: true, engine, answers: true };
    const said = engine.lines.lastWords;
    if (how === 'slow' || settings.persistent === true) {
      settings.log.warn({ how, said }, 'rtpengine does not answer yet; calls do not wait for it');
      return { ok: true, engine, answers: false };
    }
    await engine.stop();
    return fault(
      'will-not-start',
      `rtpengine does not start (${engine.#lastEnd})${said === null ? '' : `: ${said}`}`,
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
    if (child !== null) {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const force = this.#clock.after(termWithinMs, () => child.kill('SIGKILL'));
      await gone;
      force.cancel();
    }
    this.#client.close();
  }

  async #begin(): Promise<Beginning> {
    const began = new Promise<Beginning>((resolve) => {
      this.#began = resolve;
    });
    const enough = this.#clock.after(waitAtMostMs, () => this.#began('slow'));
    void this.#run();
    const how = await began;
    enough.cancel();
    return how;
  }

  /** One run, from its start to its first answer or its end. */
  async #run(): Promise<void> {
    const ranBefore = this.#hasAnswered;
    this.#spawn();
    if (!(await this.#answers()) || this.#stopping) return;
    this.#began('answers');
    if (ranBefore || this.#deaths > 0)
      this.settings.log.info({ pid: this.pid }, ranBefore ? 'rtpengine runs again' : 'rtpengine runs');
    if (ranBefore) this.settings.onRestarted?.();
  }

  #spawn(): void {
    this.#startedAt = this.#clock.now();
    this.#answered = false;
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
    this.#lastEnd = how;
    if (this.#stopping) return;
    const lived = this.#clock.now() - this.#startedAt;
    this.#deaths = lived > livedWellMs && this.#answered ? 1 : this.#deaths + 1;
    const wait = againAfterMs[Math.min(this.#deaths, againAfterMs.length) - 1] ?? 0;
    const fields = { how, livedMs: Math.round(lived), startsInMs: wait };
    // One that cannot start is told of a few times, and tried for ever.
    this.settings.log[this.#deaths <= deathsTold ? 'error' : 'debug'](fields, 'rtpengine died');
    this.settings.onDied?.();
    if (this.#deaths >= endsToBeSure) this.#began('ends');
    this.#again = this.#clock.after(wait, () => void this.#restart());
  }

  async #restart(): Promise<void> {
    // Somebody else may have taken its port.
    if (!this.#answered) await this.#takeAnotherPort();
    if (!this.#stopping) await this.#run();
  }

  async #takeAnotherPort(): Promise<void> {
    const port = await freeUdpPort(this.host);
    if (port === null || this.#stopping) return;
    this.#client.close();
    this.ngPort = port;
    this.#client = this.#newClient();
  }

  #newClient(): NgClient {
    return new NgClient({ host: this.host, port: this.ngPort, clock: this.#clock });
  }

  /** True once it answers; false when it has ended. One that lives and never answers is ended. */
  async #answers(): Promise<boolean> {
    const child = this.#child;
    const since = this.#clock.now();
    const hung = this.#clock.after(hungAfterMs, () => {
      this.settings.log.error(
        { afterMs: hungAfterMs },
        'rtpengine has not answered since its start: it is ended',
      );
      child?.kill('SIGKILL');
    });
    let answered = false;
    while (!answered && this.#child === child && child !== null) {
      const pinged = this.request('ping');
      const pauseMs = this.#clock.now() - since < askSeldomAfterMs ? 20 : 250;
      const pause = new Promise<'later'>((resolve) => this.#clock.after(pauseMs, () => resolve('later')));
      const first = await Promise.race([pinged, pause]);
      answered = first !== 'later' && first.ok && this.#child === child;
      if (first !== 'later' && !first.ok) await pause;
    }
    hung.cancel();
    return answered;
  }
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

function fault(kind: EngineFault['kind'], message: string, remedy: string): EngineStart {
  return { ok: false, fault: { kind, message, remedy } };
}
