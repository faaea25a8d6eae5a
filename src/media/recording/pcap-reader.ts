import { closeSync, openSync, readSync } from 'node:fs';

/** A UDP datagram as the media server wrote it down. */
export interface CapturedDatagram {
  /** When it came; UTC milliseconds with a fraction. */
  readonly at: number;
  /** Port that it came to. */
  readonly port: number;
  readonly family: 4 | 6;
  /** Valid until the next datagram is asked for. */
  readonly payload: Buffer;
}

const microseconds = 0xa1b2c3d4;
const nanoseconds = 0xa1b23c4d;
const fileHeaderBytes = 24;
const recordHeaderBytes = 16;
/** More than any IP packet has; a record that says more is damaged, and so is all behind it. */
const longestRecord = 70_000;
const chunkBytes = 256 * 1024;
/** Link types that rtpengine writes: raw IP, and Ethernet. */
const rawIp = 101;
const ethernet = 1;
const udp = 17;

/**
 * Read a capture file (libpcap's first format), from its begin to the last record that is whole: a writer that was
 * killed leaves half a one. What is no UDP over IP is passed over; IPv6 extension headers are not read.
 * Blocks on the disk.
 *
 * @throws the error of the file system. A file that is no capture has no datagrams.
 */
export function* readPcap(file: string): Generator<CapturedDatagram> {
  const source = new Source(file);
  try {
    const header = source.take(fileHeaderBytes);
    const form = header === null ? null : formOf(header);
    if (form === null) return;
    for (;;) {
      const record = source.take(recordHeaderBytes);
      if (record === null) return;
      const seconds = form.read(record, 0);
      const fraction = form.read(record, 4);
      const length = form.read(record, 8);
      if (length > longestRecord) return;
      const frame = source.take(length);
      if (frame === null) return;
      const found = datagram(form.link === ethernet ? frame.subarray(14) : frame);
      if (found !== null) yield { at: seconds * 1000 + fraction * form.fractionMs, ...found };
    }
  } finally {
    source.close();
  }
}

interface Form {
  readonly link: number;
  readonly fractionMs: number;
  read(bytes: Buffer, at: number): number;
}

function formOf(header: Buffer): Form | null {
  for (const read of [
    (bytes: Buffer, at: number) => bytes.readUInt32LE(at),
    (bytes: Buffer, at: number) => bytes.readUInt32BE(at),
  ]) {
    const magic = read(header, 0);
    if (magic !== microseconds && magic !== nanoseconds) continue;
    const link = read(header, 20);
    if (link !== rawIp && link !== ethernet) return null;
    return { link, read, fractionMs: magic === microseconds ? 1e-3 : 1e-6 };
  }
  return null;
}

function datagram(packet: Buffer): Omit<CapturedDatagram, 'at'> | null {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4) {
    const start = ((packet[0] ?? 0) & 0x0f) * 4;
    return start < 20 || packet[9] !== udp ? null : behindUdp(packet.subarray(start), 4);
  }
  return version === 6 && packet[6] === udp ? behindUdp(packet.subarray(40), 6) : null;
}

function behindUdp(segment: Buffer, family: 4 | 6): Omit<CapturedDatagram, 'at'> | null {
  if (segment.length < 8) return null;
  const end = Math.min(segment.length, segment.readUInt16BE(4));
  return { port: segment.readUInt16BE(2), family, payload: segment.subarray(8, Math.max(8, end)) };
}

/** A file in pieces. */
class Source {
  readonly #fd: number;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(file: string) {
    this.#fd = openSync(file, 'r');
  }

  /** The next bytes, valid until the next call; null when there are not so many. */
  take(length: number): Buffer | null {
    while (this.#buffer.length - this.#at < length) if (!this.#fill()) return null;
    const taken = this.#buffer.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #fill(): boolean {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const read = readSync(this.#fd, chunk, 0, chunkBytes, null);
    if (read === 0) return false;
    this.#buffer = Buffer.concat([this.#buffer.subarray(this.#at), chunk.subarray(0, read)]);
    this.#at = 0;
    return true;
  }
}
