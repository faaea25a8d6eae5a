import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { encodeBlock } from '../../../../src/cli/demo/rtp/alaw.js';
import { buildRtp } from '../../../../src/cli/demo/rtp/packet.js';

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'onekey-recording-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** 2026-03-02T08:00:00Z. */
export const START = Date.UTC(2026, 2, 2, 8);

/** A datagram that came, with its time in milliseconds after START. */
export interface Arrived {
  readonly at: number;
  readonly port: number;
  readonly payload: Buffer;
}

/** Samples of a sine at 8000 Hz, from this sample on. */
export function tone(frequency: number, first: number, count = 160): Int16Array {
  return Int16Array.from(
    { length: count },
    (_, index) => 8000 * Math.sin((2 * Math.PI * frequency * (first + index)) / 8000),
  );
}

export interface ToneStream {
  readonly port: number;
  readonly frequency: number;
  readonly ssrc: number;
  /** Milliseconds after START at which the first packet is sent. */
  readonly from: number;
  readonly packets: number;
  /** Timestamp of the first packet. */
  readonly timestamp?: number;
  /** How late packet number n comes; milliseconds. */
  readonly late?: (n: number) => number;
  readonly lost?: (n: number) => boolean;
  /** Milliseconds of our clock that one packet of the sender takes. */
  readonly packetMs?: number;
}

/** PCMA packets of 20 ms with a tone. */
export function toneStream(stream: ToneStream): Arrived[] {
  const { port, frequency, ssrc, from, packets, timestamp = 1000, packetMs = 20 } = stream;
  return Array.from({ length: packets }, (_, n) => ({
    n,
    at: from + n * packetMs + (stream.late?.(n) ?? 0),
    port,
    payload: buildRtp({
      payloadType: 8,
      marker: n === 0,
      sequence: n & 0xffff,
      timestamp: (timestamp + n * 160) >>> 0,
      ssrc,
      payload: encodeBlock(tone(frequency, n * 160)),
    }),
  })).filter(({ n }) => stream.lost?.(n) !== true);
}

/** A capture of raw IPv4 packets as rtpengine writes it. */
export function captureOf(datagrams: readonly Arrived[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(101, 20);
  const sorted = [...datagrams].sort((a, b) => a.at - b.at);
  return Buffer.concat([header, ...sorted.map((one) => record(one))]);
}

export function writeCapture(file: string, datagrams: readonly Arrived[]): string {
  writeFileSync(file, captureOf(datagrams));
  return file;
}

function record({ at, port, payload }: Arrived): Buffer {
  const length = 28 + payload.length;
  const time = START + at;
  const bytes = Buffer.alloc(16 + 28);
  bytes.writeUInt32LE(Math.floor(time / 1000), 0);
  bytes.writeUInt32LE(Math.floor((time % 1000) * 1000), 4);
  bytes.writeUInt32LE(length, 8);
  bytes.writeUInt32LE(length, 12);
  bytes[16] = 0x45;
  bytes.writeUInt16BE(length, 18);
  bytes[25] = 17;
  bytes.writeUInt16BE(4000, 36);
  bytes.writeUInt16BE(port, 38);
  bytes.writeUInt16BE(8 + payload.length, 40);
  return Buffer.concat([bytes, payload]);
}
