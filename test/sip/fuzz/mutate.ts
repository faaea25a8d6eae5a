/** Reproducible damage: the same seed makes the same messages. */

/** A small generator of random numbers (xorshift32); good enough to choose bytes with. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** A whole number from 0 to `below` - 1. */
  below(below: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return below <= 1 ? 0 : this.state % below;
  }

  pick<T>(from: readonly T[], otherwise: T): T {
    return from[this.below(from.length)] ?? otherwise;
  }
}

/** What breaks parsers. */
const TOKENS: readonly string[] = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '\r\n ',
  '\0',
  '|',
  ':',
  '::',
  ';',
  ';;',
  ',',
  '"',
  '\\"',
  '<',
  '>',
  '<sip:',
  '?',
  '@',
  '%00',
  '[::1',
  ']',
  ';tag=',
  ';branch=z9hG4bK',
  ';rport',
  'SIP/2.0',
  'Via: SIP/2.0/UDP ',
  'Content-Length: ',
  'Content-Length: 99999999999',
  'l: 0\r\n',
  'CSeq: 2147483648 ',
  'Max-Forwards: -1\r\n',
  'Require: 100rel\r\n',
  'Route: <sip:a;lr>\r\n',
  'Record-Route: <sip:b;lr>\r\n',
  'CANCEL ',
  'ACK ',
  'BYE ',
  '4294967296',
  '\u{1f4de}',
  '\ufffe',
];

function splice(bytes: Buffer, at: number, remove: number, insert: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
}

/** One to six random changes; the result may share memory with `bytes`, which is never written to. */
export function mutate(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let result = bytes;
  for (let n = random.below(6); n >= 0; n--) {
    const at = random.below(result.length + 1);
    const length = random.below(20);
    switch (random.below(8)) {
      case 0:
        result = splice(result, at, 1, Buffer.from([random.below(256)]));
        break;
      case 1:
        result = splice(result, at, length, Buffer.alloc(0));
        break;
      case 2:
        result = splice(result, at, 0, result.subarray(at, at + length * 5));
        break;
      case 3:
      case 4:
        result = splice(result, at, random.below(4), Buffer.from(random.pick(TOKENS, '')));
        break;
      case 5: {
        const other = random.pick(others, result);
        const from = random.below(other.length);
        result = splice(result, at, length, other.subarray(from, from + random.below(200)));
        break;
      }
      case 6:
        if (random.below(4) === 0) result = result.subarray(0, at);
        break;
      default:
        result = splice(result, at, 0, Buffer.alloc(random.below(300), result[at] ?? 65));
    }
  }
  return result.length > 20_000 ? result.subarray(0, 20_000) : result;
}
