/** The parts of an RTP packet (RFC 3550 §5.1) that a recording is made from. */
export interface RtpPacket {
  readonly payloadType: number;
  /** Begins a talkspurt, after a silence in which nothing was sent. */
  readonly marker: boolean;
  /** In units of the codec's clock; 32 bits, wraps around. */
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

const headerBytes = 12;

/** Null for what is no RTP: RTCP on the same port (RFC 5761 §4), STUN, DTLS. */
export function readRtp(datagram: Buffer): RtpPacket | null {
  if (datagram.length < headerBytes) return null;
  const first = datagram.readUInt8(0);
  const second = datagram.readUInt8(1);
  if (first >> 6 !== 2 || (second >= 192 && second <= 223)) return null;
  let start = headerBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (datagram.length < start + 4) return null;
    start += 4 + datagram.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) === 0 ? 0 : datagram.readUInt8(datagram.length - 1);
  const end = datagram.length - padding;
  if (end < start) return null;
  return {
    payloadType: second & 0x7f,
    marker: second >= 128,
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(start, end),
  };
}
