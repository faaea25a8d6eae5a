import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { TraceEntry } from '../log.js';
import { endpoints } from './addresses.js';

/** Where captured messages are sent, and as whom. */
export interface HepTarget {
  readonly host: string;
  readonly port: number;
  /** Tells capturing machines apart; 32 bits. */
  readonly captureId: number;
}

/** Generic chunk types of HEP version 3. */
const CHUNK = {
  family: 1,
  protocol: 2,
  source4: 3,
  destination4: 4,
  source6: 5,
  destination6: 6,
  sourcePort: 7,
  destinationPort: 8,
  seconds: 9,
  micros: 10,
  type: 11,
  captureId: 12,
  payload: 15,
} as const;

const SIP = 1;
const AF_INET = 2;
const AF_INET6 = 10;

function chunk(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(6 + content.length, 4);
  return Buffer.concat([head, content]);
}

const u8 = (value: number): Buffer => Buffer.from([value]);
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};

/** Longest message that a HEP packet over UDP holds beside its own chunks. */
const MOST_BYTES = 65_000;

/** One message as a HEP version 3 packet. */
export function hepPacket(entry: TraceEntry, captureId: number): Buffer {
  const { source, destination } = endpoints(entry);
  const six = source.family === 6;
  const chunks = Buffer.concat([
    chunk(CHUNK.family, u8(six ? AF_INET6 : AF_INET)),
    chunk(CHUNK.protocol, u8(entry.transport === 'udp' ? 17 : 6)),
    chunk(six ? CHUNK.source6 : CHUNK.source4, source.bytes),
    chunk(six ? CHUNK.destination6 : CHUNK.destination4, destination.bytes),
    chunk(CHUNK.sourcePort, u16(source.port)),
    chunk(CHUNK.destinationPort, u16(destination.port)),
    chunk(CHUNK.seconds, u32(Math.floor(entry.time / 1000))),
    chunk(CHUNK.micros, u32(Math.floor(entry.time % 1000) * 1000)),
    chunk(CHUNK.type, u8(SIP)),
    chunk(CHUNK.captureId, u32(captureId)),
    chunk(CHUNK.payload, entry.bytes.subarray(0, MOST_BYTES)),
  ]);
  return Buffer.concat([Buffer.from('HEP3'), u16(6 + chunks.length), chunks]);
}

/** Sends messages to a collector such as HOMER; what cannot be sent is lost and counted. */
export class HepSender {
  private readonly socket: Socket;
  lost = 0;

  constructor(private readonly target: HepTarget) {
    this.socket = createSocket(isIPv6(target.host) ? 'udp6' : 'udp4').unref();
    this.socket.on('error', () => {
      this.lost++;
    });
  }

  send(entry: TraceEntry): void {
    const { host, port, captureId } = this.target;
    this.socket.send(hepPacket(entry, captureId), port, host, (error) => {
      if (error) this.lost++;
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}
