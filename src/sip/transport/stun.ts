/**
 * STUN on SIP's own UDP port, as far as keep-alives need it (RFC 5626 §3.5.2, §8; RFC 5389): a phone asks from which
 * address it is seen, so that its NAT keeps the way open and it notices when the NAT has given it another one.
 */
import { isIPv6 } from 'node:net';

const COOKIE = 0x2112a442;
const HEAD_BYTES = 20;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
/** A keep-alive has a name of its sender at most; what is longer asks for more than we give. */
const MOST_BYTES = 512;

/**
 * Attributes that a request may have although we give nothing for them (RFC 5389 §15): USERNAME, MESSAGE-INTEGRITY,
 * REALM and NONCE of a client that has credentials for a server that asks for none.
 */
const HARMLESS: ReadonlySet<number> = new Set([0x0006, 0x0008, 0x0014, 0x0015]);
/** From here on attributes may be passed over by who does not know them (RFC 5389 §15). */
const OPTIONAL_FROM = 0x8000;

/**
 * Whether a datagram is STUN and no SIP: both first bits are 0, the magic cookie is there and the length fits (RFC 5389
 * §6, §8). No line of SIP can look like that.
 */
export function isStun(bytes: Buffer): boolean {
  return (
    bytes.length >= HEAD_BYTES &&
    ((bytes[0] ?? 0xff) & 0xc0) === 0 &&
    bytes.readUInt32BE(4) === COOKIE &&
    bytes.readUInt16BE(2) === bytes.length - HEAD_BYTES &&
    bytes.length % 4 === 0
  );
}

/**
 * The answer to a Binding request: the address that it came from and nothing else, 32 bytes (44 with IPv6), so that a
 * forged source address gets little more than was sent in its name. Null for everything else: indications, responses,
 * other methods, and requests for what this is not for (CHANGE-REQUEST, ICE), which get no answer at all.
 *
 * @param bytes for which {@link isStun} holds
 * @param host IP address that it came from, without brackets
 */
export function bindingAnswer(bytes: Buffer, host: string, port: number): Buffer | null {
  if (bytes.length > MOST_BYTES || bytes.readUInt16BE(0) !== BINDING_REQUEST) return null;
  if (!asksForNothingElse(bytes)) return null;
  const address = isIPv6(host) ? addressBytes6(host) : addressBytes4(host);
  if (address === null) return null;
  const answer = Buffer.alloc(HEAD_BYTES + 8 + address.length);
  answer.writeUInt16BE(BINDING_SUCCESS, 0);
  answer.writeUInt16BE(8 + address.length, 2);
  // Magic cookie and transaction id.
  bytes.copy(answer, 4, 4, HEAD_BYTES);
  answer.writeUInt16BE(XOR_MAPPED_ADDRESS, HEAD_BYTES);
  answer.writeUInt16BE(4 + address.length, HEAD_BYTES + 2);
  answer.writeUInt8(address.length === 4 ? 1 : 2, HEAD_BYTES + 5);
  answer.writeUInt16BE(port ^ (COOKIE >>> 16), HEAD_BYTES + 6);
  // Masked, so that no NAT on the way takes it for an address to be changed (RFC 5389 §15.2).
  for (const [i, byte] of address.entries())
    answer.writeUInt8(byte ^ (bytes[4 + i] ?? 0), HEAD_BYTES + 8 + i);
  return answer;
}

function asksForNothingElse(bytes: Buffer): boolean {
  let at = HEAD_BYTES;
  while (at < bytes.length) {
    const type = bytes.readUInt16BE(at);
    if (type < OPTIONAL_FROM && !HARMLESS.has(type)) return false;
    // Values are padded to four bytes (RFC 5389 §15).
    at += 4 + Math.ceil(bytes.readUInt16BE(at + 2) / 4) * 4;
  }
  return at === bytes.length;
}

function addressBytes4(host: string): readonly number[] | null {
  const bytes = host.split('.').map(Number);
  return bytes.length === 4 && bytes.every((byte) => byte >= 0 && byte <= 255) ? bytes : null;
}

function addressBytes6(host: string): readonly number[] | null {
  const [address = ''] = host.split('%');
  const [head = '', tail] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((g) => Number.parseInt(g, 16));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const missing = 8 - left.length - right.length;
  if (missing < 0 || address.includes('.')) return null;
  const all = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}
