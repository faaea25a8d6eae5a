import { createWriteStream, type WriteStream } from 'node:fs';
import type { SipLog, TraceEntry } from '../log.js';
import { type Endpoint, endpoints } from './addresses.js';

/** Largest datagram that an IP packet holds; longer messages are cut in the capture. */
const MOST_BYTES = 65_000;
/** Packets that the disk has not taken are bounded at this many bytes; further ones are left out. */
const MOST_WAITING = 16_777_216;

/** The head of a capture file: libpcap 2.4, microseconds, packets begin with their IP header (LINKTYPE_RAW). */
export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(101, 20);
  return header;
}

/**
 * One message as a packet. Messages of streams are written as UDP, too: what was inside TLS could not be shown
 * otherwise, and tools group by the SIP headers.
 */
export function pcapPacket(entry: TraceEntry): Buffer {
  const { source, destination } = endpoints(entry);
  const body = entry.bytes.subarray(0, MOST_BYTES);
  const packet = source.family === 6 ? ipv6(source, destination, body) : ipv4(source, destination, body);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(entry.time / 1000), 0);
  record.writeUInt32LE(Math.floor(entry.time % 1000) * 1000, 4);
  record.writeUInt32LE(packet.length, 8);
  record.writeUInt32LE(packet.length, 12);
  return Buffer.concat([record, packet]);
}

function udp(source: Endpoint, destination: Endpoint, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(source.port, 0);
  header.writeUInt16BE(destination.port, 2);
  header.writeUInt16BE(8 + body.length, 4);
  return header;
}

function ipv4(source: Endpoint, destination: Endpoint, body: Buffer): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(28 + body.length, 2);
  header[8] = 64;
  header[9] = 17;
  source.bytes.copy(header, 12);
  destination.bytes.copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  // Without a checksum over the datagram: IPv4 allows it (RFC 768).
  return Buffer.concat([header, udp(source, destination, body), body]);
}

function ipv6(source: Endpoint, destination: Endpoint, body: Buffer): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(8 + body.length, 4);
  header[6] = 17;
  header[7] = 64;
  source.bytes.copy(header, 8);
  destination.bytes.copy(header, 24);
  const datagram = udp(source, destination, body);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(8 + body.length, 0);
  pseudo[7] = 17;
  // RFC 8200 §8.1: over IPv6 the checksum must be there.
  const sum = checksum(Buffer.concat([source.bytes, destination.bytes, pseudo, datagram, body]));
  datagram.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  return Buffer.concat([header, datagram, body]);
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Writes a capture file that Wireshark and sngrep open. */
export class PcapFile {
  private readonly stream: WriteStream;
  private failed = false;
  /** Packets that were left out because the disk did not keep up. */
  skipped = 0;

  constructor(path: string, log: SipLog) {
    this.stream = createWriteStream(path, { mode: 0o600 });
    this.stream.on('error', (error) => {
      if (!this.failed) log.warn({ err: error, path }, 'capture file cannot be written');
      this.failed = true;
    });
    this.stream.write(pcapHeader());
  }

  write(entry: TraceEntry): void {
    if (this.failed || this.stream.writableLength > MOST_WAITING) this.skipped++;
    else this.stream.write(pcapPacket(entry));
  }

  close(): Promise<void> {
    if (this.failed) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.once('error', () => resolve());
      this.stream.end(() => resolve());
    });
  }
}
