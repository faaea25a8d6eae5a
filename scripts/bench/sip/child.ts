import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { endWithUs } from '../../../test/e2e/harness/end-with-us.js';

export interface ChildSpec {
  /** File beside this one. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

/** A program of the benches in a process of its own that answers questions one after the other. */
export class Child {
  private constructor(private readonly process: ChildProcess) {}

  /** Starts it; resolves with the first thing it says. Rejects when it ends before. */
  static async start<First>({ file, environment, nodeOptions = [] }: ChildSpec): Promise<[Child, First]> {
    const child = fork(join(import.meta.dirname, file), {
      execArgv: [...nodeOptions],
      env: { ...process.env, NODE_ENV: 'production', ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    endWithUs(child);
    const started = new Child(child);
    return [started, await started.next<First>(file)];
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  ask<Answer>(question: string): Promise<Answer> {
    const answer = this.next<Answer>(question);
    this.process.send(question);
    return answer;
  }

  /** Have it end by itself when it knows how to, else by a signal. */
  async stop(how: 'ask' | 'signal'): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.process.once('exit', () => resolve()));
    if (how === 'ask') this.process.send('stop');
    else this.process.kill('SIGTERM');
    await ended;
  }

  private next<Answer>(what: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const gone = (code: number | null): void => reject(new Error(`${what}: ended with ${code}`));
      this.process.once('exit', gone);
      this.process.once('message', (answer) => {
        this.process.off('exit', gone);
        resolve(answer as Answer);
      });
    });
  }
}
