import { createSipServer, type SipServer, type SipServerOptions } from '../../../src/sip/server.js';
import { ControlLink } from './control-link.js';
import { Network, type Weather } from './network.js';
import { Seeded } from './seeded.js';
import { takeOver } from './take-over.js';
import { VirtualTime } from './virtual-time.js';

/** Where the server of every world is, and what its clients show it. */
export const SERVER_HOST = '10.0.0.1';
export const SERVER_PORT = 5060;
export const CONTROL = { host: 'control.world', port: 1, secret: 'of the world' } as const;

/**
 * The whole embedded server, its applications and its peers in virtual time, on a network from a seed. There is one
 * world at a time: it has the clock and the timers of the process. `close` gives them back.
 */
export class World {
  readonly time = new VirtualTime();
  readonly random: Seeded;
  readonly network: Network;
  private readonly link = new ControlLink(CONTROL.host, this.time.soon);
  private readonly giveBack: () => void;
  private running: SipServer | null = null;

  constructor(seed: number, weather: Weather) {
    this.random = new Seeded(seed);
    this.network = new Network(this.time, this.random, weather);
    this.giveBack = takeOver({
      time: this.time,
      random: this.random,
      host: CONTROL.host,
      connect: this.link.connect,
    });
  }

  get server(): SipServer {
    if (this.running === null) throw new Error('the server was not started');
    return this.running;
  }

  async startServer(options: Partial<SipServerOptions> = {}): Promise<SipServer> {
    this.running = createSipServer({
      listeners: [{ transport: 'udp', host: SERVER_HOST, port: SERVER_PORT }],
      control: { ...CONTROL, listen: this.link.listen },
      clock: this.time,
      datagrams: this.network.open,
      // Peers of a world are no scanners.
      trusted: () => true,
      ...options,
    });
    await this.running.start();
    return this.running;
  }

  /** Whether the server holds nothing more: no transaction, no dialog, no request under way. */
  get idle(): boolean {
    return Object.values(this.server.stats().live).every((count) => count === 0);
  }

  async close(): Promise<void> {
    const stopped = this.running?.stop();
    await this.time.run();
    await stopped;
    this.giveBack();
  }
}
