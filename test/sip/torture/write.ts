/** Helpers that write the torture messages of RFC 4475. */

export interface TortureMessage {
  /** The name of the message in the RFC's archive. */
  readonly name: string;
  readonly section: string;
  readonly what: string;
  readonly bytes: Buffer;
}

/** Lines, each with its CRLF. */
export function crlf(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Header lines, the blank line, a body. */
export function message(lines: readonly string[], body: string | Buffer = ''): Buffer {
  return Buffer.concat([Buffer.from(`${crlf(...lines)}\r\n`), Buffer.from(body)]);
}

/** The session description that most of the messages carry. */
export function sdp(origin: string, connection = origin, start = '0'): string {
  return crlf(
    'v=0',
    `o=mhandley 29739 7272939 IN IP4 ${origin}`,
    's=-',
    `c=IN IP4 ${connection}`,
    `t=${start} 0`,
    'm=audio 49217 RTP/AVP 0 12',
    'm=video 3227 RTP/AVP 31',
    'a=rtpmap:31 LPC',
  );
}
