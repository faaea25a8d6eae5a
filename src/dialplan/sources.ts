import { isIP } from 'node:net';

/** A block of addresses, perhaps narrowed to one port. */
export interface SourceBlock {
  readonly family: 4 | 6;
  /** The address in groups of 32 bits: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
  /** Length of the prefix that counts, in bits. */
  readonly bits: number;
  /** Null for any port. */
  readonly port: number | null;
}

export type SourceResult =
  | { readonly ok: true; readonly block: SourceBlock }
  | { readonly ok: false; readonly message: string; readonly remedy: string };

const FORMS = 'write an address or block such as 10.1.0.0/16, 10.1.2.3:5060, fd00::/8 or [::1]:5060';

/** Read `address`, `address/bits`, `address:port`, `address/bits:port`; IPv6 with a port in brackets. */
export function parseSource(text: string): SourceResult {
  const match =
    /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ??
    /^([0-9.]+(?:\/\d+)?)(?::(\d+))?$/.exec(text) ??
    /^([^\s[\]]+)$/.exec(text);
  const [address = '', bitsText, ...more] = (match?.[1] ?? '').split('/');
  const parsed = parseIp(address);
  if (match === null || parsed === undefined || more.length > 0) {
    return { ok: false, message: `${JSON.stringify(text)} is no block of IP addresses`, remedy: FORMS };
  }
  const port = match[2] === undefined ? null : Number(match[2]);
  if (port !== null && (port < 1 || port > 65_535)) {
    return {
      ok: false,
      message: `there is no port ${port}`,
      remedy: 'write a port from 1 to 65535, or none',
    };
  }
  // An IPv4-mapped block counts in IPv4: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const mapped = parsed.family === 4 && address.includes(':');
  const whole = mapped || parsed.family === 6 ? 128 : 32;
  const written = bitsText === undefined ? whole : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  const bits = mapped ? written - 96 : written;
  if (!(bits >= 0 && written <= whole)) {
    const range = `${mapped ? 96 : 0} to ${whole}`;
    return {
      ok: false,
      message: `/${bitsText} is no prefix length of ${address}`,
      remedy: `write /${range}`,
    };
  }
  const words = parsed.words.map((word, index) => (word & mask(bits, index)) >>> 0);
  if (words.some((word, index) => word !== parsed.words[index])) {
    const base = `${formatIp(words)}/${bits}`;
    return {
      ok: false,
      message: `${address} is not the first address of a /${bitsText} block`,
      remedy: `write ${base} for the block or ${address} for the one address`,
    };
  }
  return { ok: true, block: { family: parsed.family, words, bits, port } };
}

/** The address and prefix of a block as text and number. */
export interface AddressBlock {
  readonly address: string;
  readonly bits: number;
  readonly family: 4 | 6;
}

/** Names a block, the same for all ways to write it. */
export function blockKey(block: SourceBlock): string {
  return `${formatIp(block.words)}/${block.bits}:${block.port ?? '*'}`;
}

/** Finds who a source address belongs to. */
export class SourceTable<T> {
  readonly #byPort = new Map<number | null, { readonly block: SourceBlock; readonly owner: T }[]>();

  constructor(entries: Iterable<{ readonly block: SourceBlock; readonly owner: T }>) {
    for (const entry of entries) {
      const same = this.#byPort.get(entry.block.port) ?? [];
      same.push(entry);
      this.#byPort.set(entry.block.port, same);
    }
    for (const same of this.#byPort.values()) same.sort((a, b) => b.block.bits - a.block.bits);
  }

  /** The owner of the narrowest block that holds the source: one with its port first, then the longest prefix. */
  find(ip: string, port: number): T | undefined {
    const address = parseIp(ip);
    if (address === undefined) return undefined;
    return this.#among(port, address) ?? this.#among(null, address);
  }

  /** True when some block holds the address, whatever its port. */
  holdsHost(ip: string): boolean {
    const address = parseIp(ip);
    if (address === undefined) return false;
    for (const same of this.#byPort.values())
      if (same.some(({ block }) => holds(block, address))) return true;
    return false;
  }

  /** The address blocks of all entries, whatever their port. */
  blocks(): readonly AddressBlock[] {
    return [...this.#byPort.values()].flat().map(({ block: { words, bits, family } }) => ({
      address: formatIp(words),
      bits,
      family,
    }));
  }

  #among(port: number | null, address: IpAddress): T | undefined {
    return this.#byPort.get(port)?.find(({ block }) => holds(block, address))?.owner;
  }
}

interface IpAddress {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

function holds(block: SourceBlock, address: IpAddress): boolean {
  if (block.family !== address.family) return false;
  for (let index = 0; index * 32 < block.bits; index++) {
    const word = address.words[index] ?? 0;
    if ((word & mask(block.bits, index)) >>> 0 !== block.words[index]) return false;
  }
  return true;
}

/** The bits of a prefix that fall into one group of 32. */
function mask(bits: number, index: number): number {
  const here = Math.min(32, Math.max(0, bits - index * 32));
  return here === 0 ? 0 : (0xffff_ffff << (32 - here)) >>> 0;
}

/** IPv4-mapped IPv6 addresses, as dual-stack sockets report them, count as IPv4 (RFC 4291 section 2.5.5.2). */
function parseIp(text: string): IpAddress | undefined {
  const plain = text.replace(/%.*$/s, '');
  const version = isIP(plain);
  if (version === 4) return { family: 4, words: [ipv4Word(plain)] };
  if (version !== 6) return undefined;
  const words = ipv6Words(plain);
  const [a, b, c, last] = words;
  return a === 0 && b === 0 && c === 0xffff && last !== undefined
    ? { family: 4, words: [last] }
    : { family: 6, words };
}

function ipv4Word(text: string): number {
  return text.split('.').reduce((word, part) => word * 256 + Number(part), 0);
}

function ipv6Words(text: string): number[] {
  const dotted = /[\d.]+$/.exec(text)?.[0] ?? '';
  let plain = text;
  if (dotted.includes('.')) {
    const word = ipv4Word(dotted);
    plain = `${text.slice(0, -dotted.length)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
  }
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back].map((group) =>
    Number.parseInt(group, 16),
  );
  return [0, 2, 4, 6].map((index) => (groups[index] ?? 0) * 0x1_0000 + (groups[index + 1] ?? 0));
}

function formatIp(words: readonly number[]): string {
  const [first = 0] = words;
  if (words.length === 1) return [24, 16, 8, 0].map((shift) => (first >>> shift) & 0xff).join('.');
  const groups = words.flatMap((word) => [(word >>> 16).toString(16), (word & 0xffff).toString(16)]);
  // The URL parser writes the short form with :: in it (RFC 5952).
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
