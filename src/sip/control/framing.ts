/** Frames of the control protocol: `<decimal byte length>#<payload>` on a byte stream, both ways. */

export type FrameRead =
  | { readonly ok: true; readonly frames: readonly Buffer[] }
  /** The stream cannot be understood any more; the connection must be closed. */
  | { readonly ok: false; readonly reason: string };

const HASH = 35;
/** More digits than any allowed length has. */
const MAX_DIGITS = 8;

/** Cuts frames out of chunks as they come. */
export class FrameReader {
  private pending: Buffer = Buffer.alloc(0);

  constructor(private readonly maxBytes: number) {}

  push(chunk: Buffer): FrameRead {
    let data = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    const frames: Buffer[] = [];
    while (data.length > 0) {
      const hash = data.subarray(0, MAX_DIGITS + 1).indexOf(HASH);
      if (hash < 0 && data.length <= MAX_DIGITS) break;
      const length = hash > 0 ? lengthOf(data, hash) : -1;
      if (length < 0) return { ok: false, reason: 'invalid message length specifier' };
      if (length > this.maxBytes)
        return { ok: false, reason: `frame of ${length} bytes exceeds ${this.maxBytes}` };
      const end = hash + 1 + length;
      if (data.length < end) break;
      frames.push(data.subarray(hash + 1, end));
      data = data.subarray(end);
    }
    this.pending = data;
    return { ok: true, frames };
  }
}

function lengthOf(data: Buffer, end: number): number {
  let length = 0;
  for (let i = 0; i < end; i++) {
    const digit = (data[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return length;
}

/** One frame: the head line, then, with a SIP message, CRLF and its bytes. */
export function encodeFrame(head: string, message: Buffer | null): Buffer {
  if (message === null) return Buffer.from(`${Buffer.byteLength(head)}#${head}`);
  const headBytes = Buffer.byteLength(head);
  const prefix = `${headBytes + 2 + message.length}#`;
  const frame = Buffer.allocUnsafe(prefix.length + headBytes + 2 + message.length);
  let at = frame.write(prefix, 0, 'latin1');
  at += frame.write(head, at, 'utf8');
  at += frame.write('\r\n', at, 'latin1');
  message.copy(frame, at);
  return frame;
}

/** A frame of the client: its tokens, and the SIP message behind the first line if there is one. */
export interface Frame {
  readonly tokens: readonly string[];
  readonly message: Buffer | null;
}

/** Most tokens of a head line that are looked at; `proxy` has the most. */
const MAX_TOKENS = 64;

export function decodeFrame(payload: Buffer): Frame {
  const end = payload.indexOf('\r\n', 0, 'latin1');
  const head = payload.toString('utf8', 0, end < 0 ? payload.length : end);
  return { tokens: head.split('|', MAX_TOKENS), message: end < 0 ? null : payload.subarray(end + 2) };
}
