import type { HeardPacket } from './hearing-log.js';

/** What a party got of the streams of others, whoever sent them late. */
export interface StreamChanges {
  /**
   * Longest time from the last packet of one stream to the first of the next; milliseconds, 0 where there was no change.
   * Two parties send at moments of their own, so a change without any loss takes up to two packets of 20 ms.
   */
  readonly gapMs: number;
  /** Packets that are missing within streams: what somebody sent and the party did not get. */
  readonly lost: number;
}

/** Look through what arrived from `from` (included) to `to` (excluded), by SSRC and sequence number (RFC 3550). */
export function streamChanges(packets: readonly HeardPacket[], from: number, to: number): StreamChanges {
  let gapMs = 0;
  let lost = 0;
  let last: HeardPacket | undefined;
  for (const packet of packets) {
    if (packet.at < from || packet.at >= to) continue;
    if (last !== undefined && packet.ssrc !== last.ssrc) gapMs = Math.max(gapMs, packet.at - last.at);
    else if (last !== undefined) lost += Math.max(0, stepFrom(last.sequence, packet.sequence) - 1);
    last = packet;
  }
  return { gapMs, lost };
}

/** From one sequence number to another, over the end of the 16 bits; negative for a packet that was overtaken. */
function stepFrom(before: number, after: number): number {
  const step = (after - before) & 0xffff;
  return step < 0x8000 ? step : step - 0x10000;
}
