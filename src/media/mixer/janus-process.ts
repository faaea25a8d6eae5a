import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { boundCommand } from '../bound-command.js';
import type { MediaClock } from '../clock.js';
import type { MediaLog } from '../log.js';
import type { JanusServer } from './janus-client.js';
import { type JanusSettings, writeJanusFiles } from './janus-files.js';

const TERM_WITHIN_MS = 3000;
/** Longest line of its log that is kept together; characters. */
const LONGEST_LINE = 4096;

/** Janus as a child process: one run of it. */
export class JanusProcess {
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>;

  private constructor(
    readonly server: JanusServer,
    private readonly child: ChildProcess,
    private readonly clock: MediaClock,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  /**
   * @param program its absolute path
   * @returns null when no TCP port of 127.0.0.1 is free. Rejects when its configuration cannot be written
   */
  static async start(
    program: string,
    settings: JanusSettings,
    log: MediaLog,
    clock: MediaClock,
  ): Promise<JanusProcess | null> {
    const port = await freeTcpPort();
    if (port === null) return null;
    const server = writeJanusFiles(settings, port, randomBytes(24).toString('hex'));
    const [command, ...args] = boundCommand([program, '-F', settings.folder]);
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
    for (const stream of [child.stdout, child.stderr]) logLines(stream, log);
    return new JanusProcess(server, child, clock);
  }

  get pid(): number | null {
    return this.child.pid ?? null;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** End it, by force when it does not end in time. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const force = this.clock.after(TERM_WITHIN_MS, () => this.kill());
    await this.ended;
    force.cancel();
  }
}

function logLines(stream: NodeJS.ReadableStream, log: MediaLog): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) if (line.trim() !== '') logLine(line.slice(0, LONGEST_LINE), log);
  });
  stream.on('error', () => undefined);
}

/** What it says at its start, about plugins that are not there, is nothing to worry about. */
function logLine(line: string, log: MediaLog): void {
  const serious = /^\[(ERR|FATAL)\]/.test(line);
  log[serious ? 'warn' : 'debug']({ program: 'janus' }, line);
}

function freeTcpPort(): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(port));
    });
  });
}
