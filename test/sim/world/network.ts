import { createHash } from 'node:crypto';
import type {
  DatagramEvents,
  DatagramPort,
  OpenDatagrams,
} from '../../../src/sip/transport/datagram-port.js';
import type { Seeded } from './seeded.js';
import type { VirtualTime } from './virtual-time.js';

/** What the network does to datagrams; probabilities from 0 to 1, times in milliseconds. */
export interface Weather {
  readonly loss: number;
  readonly duplication: number;
  /** Datagrams that are held up, so that later ones overtake them. */
  readonly reordering: number;
  /** How long every datagram takes, and up to how much longer those take that are held up. */
  readonly delayMs: number;
  readonly heldUpMs: number;
}

export const FAIR: Weather = { loss: 0, duplication: 0, reordering: 0, delayMs: 2, heldUpMs: 0 };
/** One in ten is lost, one in ten comes twice, one in ten late. */
export const ROUGH: Weather = { loss: 0.1, duplication: 0.1, reordering: 0.1, delayMs: 5, heldUpMs: 300 };

/** Sees every datagram, whatever becomes of it; `from` and `to` are hosts. */
export interface Watcher {
  /** Once for each that is said; `copies` is 0 when it gets lost. */
  sent(bytes: Buffer, from: string, to: string, copies: number): void;
  /** Once for each that somebody hears. */
  heard(bytes: Buffer, from: string, to: string): void;
}

export interface NetworkFigures {
  sent: number;
  delivered: number;
  lost: number;
  duplicated: number;
  heldUp: number;
  /** Nobody was there, or a partition was between. */
  unreachable: number;
}

const place = (host: string, port: number): string => `${host}:${port}`;

/** Datagrams between addresses of a world. What becomes of each is decided by the seed alone. */
export class Network {
  readonly figures: NetworkFigures = {
    sent: 0,
    delivered: 0,
    lost: 0,
    duplicated: 0,
    heldUp: 0,
    unreachable: 0,
  };
  watcher: Watcher | null = null;
  private readonly ports = new Map<string, DatagramEvents>();
  private readonly cut = new Set<string>();
  private readonly trace = createHash('sha256');
  private nextPort = 30_000;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: Seeded,
    public weather: Weather,
  ) {}

  /** Opens a port in this network instead of on the machine. */
  readonly open: OpenDatagrams = async ({ host, port }, _settings, events) => this.plug(host, port, events);

  plug(host: string, wanted: number, events: DatagramEvents): DatagramPort {
    const port = wanted === 0 ? this.nextPort++ : wanted;
    const own = place(host, port);
    if (this.ports.has(own)) throw new Error(`address ${own} is in use`);
    this.ports.set(own, events);
    return {
      port,
      send: (bytes, toHost, toPort) => {
        // Whoever crashed says nothing more.
        if (this.ports.get(own) === events) this.send(bytes, host, port, toHost, toPort);
      },
      close: async () => {
        if (this.ports.get(own) === events) this.ports.delete(own);
      },
    };
  }

  /** Whoever has this address is gone without a word. */
  crash(host: string, port: number): void {
    this.ports.delete(place(host, port));
  }

  /** Nothing passes between the two hosts until `heal`. */
  partition(one: string, other: string): void {
    this.cut.add(`${one} ${other}`).add(`${other} ${one}`);
  }

  heal(one: string, other: string): void {
    this.cut.delete(`${one} ${other}`);
    this.cut.delete(`${other} ${one}`);
  }

  /** A fingerprint of every datagram so far: when, from where to where, what, and what became of it. */
  get fingerprint(): string {
    return this.trace.copy().digest('hex').slice(0, 16);
  }

  private send(bytes: Buffer, host: string, port: number, toHost: string, toPort: number): void {
    const { loss, duplication } = this.weather;
    const lost = this.random.chance(loss);
    const copies = lost ? 0 : this.random.chance(duplication) ? 2 : 1;
    this.figures.sent += 1;
    if (lost) this.figures.lost += 1;
    if (copies === 2) this.figures.duplicated += 1;
    const delays: number[] = [];
    for (let copy = 0; copy < copies; copy++) delays.push(this.delay());
    const way = `${this.time.now()} ${place(host, port)} ${place(toHost, toPort)} ${delays.join()}\n`;
    this.trace.update(way).update(bytes);
    // What the sender does with its buffer later is nothing to the receiver.
    const copy = copies === 0 && this.watcher === null ? bytes : Buffer.from(bytes);
    this.watcher?.sent(copy, host, toHost, copies);
    for (const delay of delays) {
      this.time.setTimeout(() => this.deliver(copy, host, port, toHost, toPort), delay);
    }
  }

  private delay(): number {
    const { reordering, delayMs, heldUpMs } = this.weather;
    if (!this.random.chance(reordering)) return delayMs;
    this.figures.heldUp += 1;
    return delayMs + this.random.between(0, heldUpMs);
  }

  private deliver(bytes: Buffer, host: string, port: number, toHost: string, toPort: number): void {
    const target = this.cut.has(`${host} ${toHost}`) ? undefined : this.ports.get(place(toHost, toPort));
    if (target === undefined) {
      this.figures.unreachable += 1;
      return;
    }
    this.figures.delivered += 1;
    this.watcher?.heard(bytes, host, toHost);
    target.received(bytes, host, port);
  }
}
