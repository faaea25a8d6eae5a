import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP way to a port of this machine that can be blocked and broken. */
export class BreakableLink {
  readonly #pairs = new Set<readonly [near: Socket, far: Socket]>();
  #server: Server | null = null;
  #blocked: 'nothing' | 'answers' | 'all' = 'nothing';

  private constructor(
    private readonly to: number,
    public port: number,
  ) {}

  /** @param to port of the server */
  static async open(to: number): Promise<BreakableLink> {
    const link = new BreakableLink(to, 0);
    await link.mend();
    return link;
  }

  /** What is sent from now on is swallowed: what the server says (`answers`), or all; nobody notices yet. */
  block(what: 'answers' | 'all'): void {
    this.#blocked = what;
  }

  /** Every connection is gone, and no new one can be made. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise<void>((resolve) =>
      server === null ? resolve() : server.close(() => resolve()),
    );
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    await closed;
  }

  /** Connections can be made again. */
  async mend(): Promise<void> {
    this.#blocked = 'nothing';
    if (this.#server !== null) return;
    const server = createServer((near) => this.#join(near));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
  }

  #join(near: Socket): void {
    const far = connect(this.to, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const gone = (): void => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.on('close', gone);
      socket.on('error', gone);
    }
    near.on('data', (chunk) => {
      if (this.#blocked !== 'all') far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (this.#blocked === 'nothing') near.write(chunk);
    });
  }
}
