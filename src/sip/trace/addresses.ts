import { isIPv4, isIPv6 } from 'node:net';

/** An address and port of a trace entry in binary form. */
export interface Endpoint {
  readonly family: 4 | 6;
  /** 4 or 16 bytes. */
  readonly bytes: Buffer;
  readonly port: number;
}

/** Reads `192.0.2.1:5060` or `[2001:db8::1]:5060`; what is no address becomes 0.0.0.0. */
function endpointOf(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1)) || 0;
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  if (isIPv6(host)) return { family: 6, bytes: ipv6Bytes(host), port };
  const bytes = isIPv4(host) ? Buffer.from(host.split('.').map(Number)) : Buffer.alloc(4);
  return { family: 4, bytes, port };
}

function ipv6Bytes(host: string): Buffer {
  const bytes = Buffer.alloc(16);
  const plain = (host.split('%')[0] ?? '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) => {
    const word = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16);
    return `${word(a, b)}:${word(c, d)}`;
  });
  const [head = '', tail] = plain.split('::');
  const words = (part: string | undefined): number[] =>
    part === undefined || part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16) || 0);
  const first = words(head);
  const last = words(tail);
  for (const [index, word] of first.slice(0, 8).entries()) bytes.writeUInt16BE(word & 0xffff, index * 2);
  const from = 8 - last.length;
  for (const [index, word] of last.slice(0, 8).entries())
    bytes.writeUInt16BE(word & 0xffff, (from + index) * 2);
  return bytes;
}

/** Source and destination of a message, both of the family of the remote side. */
export function endpoints(entry: {
  readonly direction: 'in' | 'out';
  readonly local: string;
  readonly remote: string;
}): { readonly source: Endpoint; readonly destination: Endpoint } {
  const remote = endpointOf(entry.remote);
  const own = endpointOf(entry.local);
  const local = own.family === remote.family ? own : { ...own, family: remote.family, bytes: zeros(remote) };
  return entry.direction === 'in'
    ? { source: remote, destination: local }
    : { source: local, destination: remote };
}

const zeros = ({ bytes }: Endpoint): Buffer => Buffer.alloc(bytes.length);
