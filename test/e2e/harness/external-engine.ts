import { type ChildProcess, spawn } from 'node:child_process';
import { engineArguments } from '../../../src/media/rtpengine/engine-arguments.js';
import { endWithUs } from './end-with-us.js';

/** An rtpengine that somebody else runs: at a fixed port, so that it may come back there. */
export class ExternalEngine {
  #child: ChildProcess | undefined;

  /**
   * @param port UDP port of its ng protocol on 127.0.0.1
   * @param keysPort UDP port of 127.0.0.1 that it reports keys to
   */
  constructor(
    readonly port: number,
    readonly keysPort: number,
  ) {}

  start(): void {
    const settings = { interfaces: ['127.0.0.1'], threads: 1, keysPort: this.keysPort };
    const options = engineArguments(settings, this.port, { min: 9000, max: 9399 });
    this.#child = spawn('rtpengine', options, { stdio: 'ignore' });
    endWithUs(this.#child);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
}
