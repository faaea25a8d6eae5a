import type { SipMessage } from './message.js';

/** The start line of a message, without its line end. */
export function startLine(message: SipMessage): string {
  return message.kind === 'request'
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reason}`;
}

/**
 * The bytes of a message: headers in their order with full names, one Content-Length that counts the body's bytes
 * (RFC 3261 §20.14), a blank line, the body.
 */
export function encodeMessage(message: SipMessage): Buffer {
  const { names, values } = message.headers;
  let head = `${startLine(message)}\r\n`;
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== 'Content-Length') head += `${names[i]}: ${values[i]}\r\n`;
  }
  head += `Content-Length: ${message.body.length}\r\n\r\n`;
  return message.body.length === 0 ? Buffer.from(head) : Buffer.concat([Buffer.from(head), message.body]);
}

/** The bytes for the control client: as received when that is safe, else rebuilt. */
export function messageBytes(message: SipMessage): Buffer {
  return message.raw ?? encodeMessage(message);
}
