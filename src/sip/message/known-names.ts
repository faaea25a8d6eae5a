/** Finds the canonical spelling of a header name where it stands among the bytes of a message, without a string. */

/** A power of two, several times the number of names, so that a lookup seldom meets another name. */
const SLOTS = 1024;

/** A hash of the name at `bytes[from..to)` by its length and three of its letters, the same in either case. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  const first = (bytes[from] ?? 0) | 32;
  const middle = (bytes[(from + to) >> 1] ?? 0) | 32;
  const last = (bytes[to - 1] ?? 0) | 32;
  return ((to - from) * 389 + first * 61 + middle * 7 + last) & (SLOTS - 1);
}

/** Names by their hash; a full slot passes on to the next one. */
export class KnownNames {
  private readonly names: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
  /** The same names in lower case, as bytes. */
  private readonly codes: Uint8Array[] = new Array<Uint8Array>(SLOTS).fill(new Uint8Array(0));

  constructor(names: readonly string[]) {
    for (const name of names) {
      const codes = Buffer.from(name.toLowerCase(), 'latin1');
      let slot = hashOf(codes, 0, codes.length);
      while (this.names[slot] !== undefined) slot = (slot + 1) & (SLOTS - 1);
      this.names[slot] = name;
      this.codes[slot] = codes;
    }
  }

  /** The name at `bytes[from..to)`; `undefined` when it is not known. */
  find(bytes: Uint8Array, from: number, to: number): string | undefined {
    let slot = hashOf(bytes, from, to);
    for (;;) {
      const name = this.names[slot];
      if (name === undefined) return undefined;
      const codes = this.codes[slot];
      if (codes !== undefined && codes.length === to - from && isAt(codes, bytes, from)) return name;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }
}

function isAt(codes: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < codes.length; i++) {
    if (((bytes[from + i] ?? 0) | 32) !== codes[i]) return false;
  }
  return true;
}
