import { createSocket, type Socket } from 'node:dgram';
import type { Address } from '../../sim/parties/party.js';
import type { NetworkFigures, Weather } from '../../sim/world/network.js';
import type { Seeded } from '../../sim/world/seeded.js';

/**
 * A relay on loopback between a server and its peers that treats UDP as the weather says. Peers send to `front`,
 * which the server says is its own address; the server knows each peer by a port of the relay.
 */
export class LossyRelay {
  readonly figures: NetworkFigures = {
    sent: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    heldUp: 0,
    unreachable: 0,
  };
  private readonly front = createSocket('udp4');
  /** The socket towards the server, by the peer's port. */
  private readonly backs = new Map<number, Socket>();
  private server: Address | null = null;
  private open = true;

  constructor(
    private readonly random: Seeded,
    private readonly weather: Weather,
  ) {
    this.front.on('message', (bytes, from) => {
      const { server } = this;
      const back = this.backs.get(from.port);
      if (server === null || back === undefined) this.figures.unreachable += 1;
      else this.pass(() => back.send(bytes, server.port, server.host));
    });
  }

  /** Opens the port that peers send to. */
  start(): Promise<number> {
    return bind(this.front);
  }

  serve(server: Address): void {
    this.server = server;
  }

  /** Makes the peer at `port` of loopback known; resolves to the port under which the server knows it. */
  async join(port: number): Promise<number> {
    const back = createSocket('udp4');
    back.on('message', (bytes) => this.pass(() => this.front.send(bytes, port, '127.0.0.1')));
    this.backs.set(port, back);
    return bind(back);
  }

  close(): void {
    this.open = false;
    for (const socket of [this.front, ...this.backs.values()]) socket.close();
  }

  private pass(send: () => void): void {
    const { figures, random, weather } = this;
    figures.sent += 1;
    if (random.chance(weather.loss)) {
      figures.lost += 1;
      return;
    }
    this.after(send);
    if (!random.chance(weather.duplication)) return;
    figures.duplicated += 1;
    this.after(send);
  }

  private after(send: () => void): void {
    const { figures, random, weather } = this;
    const late = random.chance(weather.reordering);
    if (late) figures.heldUp += 1;
    setTimeout(
      () => {
        if (!this.open) return;
        figures.delivered += 1;
        send();
      },
      weather.delayMs + (late ? random.between(0, weather.heldUpMs) : 0),
    );
  }
}

function bind(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => resolve(socket.address().port));
  });
}
