/** Speech of many phones: a process of its own that sends and hears RTP, so that SIP does not disturb it. */
import { createSocket, type Socket } from 'node:dgram';
import { Listening } from './listening.js';
import { MillisecondCounts } from './millisecond-counts.js';
import {
  roleOf,
  type Stream,
  type VoicesAnswer,
  type VoicesFigures,
  type VoicesOrder,
} from './voices-order.js';

const PACKET_MS = 20;
const SAMPLES = 160;
/** RTP header (RFC 3550 §5.1) and 20 ms of PCMA. */
const BYTES = 12 + SAMPLES;
/** Behind the header: this mark, the stream, the number of the packet in it. PCMA passes the server unchanged. */
const MARK = 0x6f6e656b;
const AT_MARK = 12;
const AT_STREAM = 16;
const AT_NUMBER = 20;
/** A burst waits here while this process does something else. */
const RECEIVE_BUFFER_BYTES = 2 ** 20;

interface Voice {
  readonly socket: Socket;
  readonly packet: Buffer;
  port: number;
  number: number;
}

class Voices {
  readonly #sockets = new Map<string, Socket[]>();
  /** Voices by the millisecond of each 20 in which they speak, so that they do not all speak at once. */
  readonly #slots: Map<Stream, Voice>[] = Array.from({ length: PACKET_MS }, () => new Map());
  readonly #listening = new Listening();
  readonly #late = new MillisecondCounts();
  #sent = 0;
  #refused = 0;
  #slot = 0;
  #began = 0;

  async open(roles: Readonly<Record<string, number>>): Promise<Record<string, number[]>> {
    const ports: Record<string, number[]> = {};
    for (const [role, count] of Object.entries(roles)) {
      const sockets = await Promise.all(Array.from({ length: count }, () => this.#bind(role)));
      this.#sockets.set(role, sockets);
      ports[role] = sockets.map((socket) => socket.address().port);
    }
    this.#began = performance.now();
    this.#tick();
    return ports;
  }

  #bind(role: string): Promise<Socket> {
    // The address is one already: looking it up would cost more than sending.
    const socket = createSocket({ type: 'udp4', lookup: (host, _, found) => found(null, host, 4) });
    socket.on('message', (bytes) => {
      if (bytes.length !== BYTES || bytes.readUInt32BE(AT_MARK) !== MARK) return;
      const at = performance.now();
      this.#listening.heard(role, bytes.readUInt32BE(AT_STREAM), bytes.readUInt32BE(AT_NUMBER), at);
    });
    // A closed port on the other side is told by ICMP; expected while calls end.
    socket.on('error', () => undefined);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', () => {
        socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
        resolve(socket);
      });
    });
  }

  talk(stream: Stream, socketIndex: number, port: number): void {
    const slot = this.#slots[stream % PACKET_MS];
    const known = slot?.get(stream);
    if (known !== undefined) {
      known.port = port;
      return;
    }
    const socket = this.#sockets.get(roleOf(stream))?.[socketIndex];
    if (socket === undefined) throw new RangeError(`no socket ${socketIndex} of ${roleOf(stream)}`);
    const packet = Buffer.alloc(BYTES, 0xd5);
    packet.writeUInt16BE(0x8008, 0);
    packet.writeUInt32BE(0x1000 + stream, 8);
    packet.writeUInt32BE(MARK, AT_MARK);
    packet.writeUInt32BE(stream, AT_STREAM);
    slot?.set(stream, { socket, packet, port, number: 0 });
  }

  stop(stream: Stream, talking: boolean): void {
    if (this.#slots[stream % PACKET_MS]?.delete(stream) === true && talking)
      this.#listening.checkStillHears(stream, performance.now());
  }

  /** Whatever is due, also after a late timer, so that every stream stays real-time. */
  #tick(): void {
    const now = performance.now();
    for (; this.#began + this.#slot <= now; this.#slot += 1) {
      const voices = this.#slots[this.#slot % PACKET_MS];
      if (voices === undefined || voices.size === 0) continue;
      this.#late.add(now - this.#began - this.#slot);
      for (const voice of voices.values()) this.#say(voice);
    }
    setTimeout(() => this.#tick(), 1);
  }

  #say(voice: Voice): void {
    const { packet, socket, port } = voice;
    voice.number += 1;
    packet.writeUInt16BE(voice.number & 0xffff, 2);
    packet.writeUInt32BE((voice.number * SAMPLES) >>> 0, 4);
    packet.writeUInt32BE(voice.number, AT_NUMBER);
    this.#sent += 1;
    socket.send(packet, 0, BYTES, port, '127.0.0.1', (error) => {
      if (error !== null) this.#refused += 1;
    });
  }

  figures(): VoicesFigures {
    return {
      sent: this.#sent,
      refused: this.#refused,
      late: this.#late.toJSON(),
      ...this.#listening.figures(),
    };
  }
}

const voices = new Voices();
const answer = (said: VoicesAnswer): void => void process.send?.(said);

process.on('message', (order: VoicesOrder) => {
  switch (order.do) {
    case 'open':
      void voices.open(order.sockets).then((ports) => answer({ is: 'open', ports }));
      return;
    case 'talk':
      return voices.talk(order.stream, order.socket, order.port);
    case 'stop':
      return voices.stop(order.stream, order.talking);
    case 'count':
      return answer({ is: 'figures', figures: voices.figures() });
  }
});
process.on('disconnect', () => process.exit(0));
