import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { endWithUs } from '../../test/e2e/harness/end-with-us.js';
import {
  callOf,
  type Role,
  roleOf,
  type Stream,
  type VoicesAnswer,
  type VoicesFigures,
} from './voices-order.js';

/** Calls that share a socket: as many packets as wait in its buffer for a while. */
const CALLS_A_SOCKET = 8;

/** A running process of voices. */
export class VoicesProcess {
  #ports: Readonly<Record<string, readonly number[]>> = {};

  private constructor(private readonly child: ChildProcess) {}

  static async start(roles: readonly Role[], calls: number): Promise<VoicesProcess> {
    const child = fork(join(import.meta.dirname, 'voices.ts'), [], { execArgv: ['--import', 'tsx'] });
    endWithUs(child);
    const started = new VoicesProcess(child);
    const count = Math.ceil(calls / CALLS_A_SOCKET);
    child.send({ do: 'open', sockets: Object.fromEntries(roles.map((role) => [role, count])) });
    const answer = await started.#answer();
    if (answer.is === 'open') started.#ports = answer.ports;
    return started;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get ports(): readonly number[] {
    return Object.values(this.#ports).flat();
  }

  /** Where this party hears. */
  portOf(party: Stream): number {
    const ports = this.#ports[roleOf(party)] ?? [];
    return ports[callOf(party) % ports.length] ?? 0;
  }

  /** Offer or answer of this party. */
  sdpOf(party: Stream): string {
    const port = this.portOf(party);
    return [
      'v=0',
      `o=- ${party} 1 IN IP4 127.0.0.1`,
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${port} RTP/AVP 8`,
      'a=rtpmap:8 PCMA/8000',
      'a=ptime:20',
      '',
    ].join('\r\n');
  }

  talk(party: Stream, port: number): void {
    const sockets = this.#ports[roleOf(party)]?.length ?? 1;
    this.child.send({ do: 'talk', stream: party, socket: callOf(party) % sockets, port });
  }

  /** @param talking it must have heard somebody until now */
  stop(party: Stream, talking: boolean): void {
    this.child.send({ do: 'stop', stream: party, talking });
  }

  async figures(): Promise<VoicesFigures> {
    this.child.send({ do: 'count' });
    const answer = await this.#answer();
    if (answer.is !== 'figures') throw new Error('the voices gave another answer');
    return answer.figures;
  }

  end(): void {
    this.child.disconnect();
  }

  #answer(): Promise<VoicesAnswer> {
    return new Promise((resolve, reject) => {
      this.child.once('message', (said) => resolve(said as VoicesAnswer));
      this.child.once('exit', (code) => reject(new Error(`the process of voices ended with ${code}`)));
    });
  }
}
