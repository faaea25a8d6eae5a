import type { Headers } from './headers.js';
import { tagOf } from './name-addr.js';
import { parseCount, splitList } from './params.js';
import { parseVia, type Via } from './via.js';

export interface CSeq {
  /** 0 to 2^31-1 (RFC 3261 §8.1.1.5). */
  readonly number: number;
  readonly method: string;
}

const NO_CSEQ: CSeq = { number: -1, method: '' };

/** `4711 INVITE`; number -1 when it is malformed. */
export function parseCSeq(value: string): CSeq {
  let gap = 0;
  while (gap < value.length && value.charCodeAt(gap) > 32) gap++;
  const number = parseCount(value.slice(0, gap), 0x7fff_ffff);
  const method = value.slice(gap).trim();
  return number === null || method === '' ? NO_CSEQ : { number, method };
}

/** What requests and responses share. Header values are parsed when first asked for and then kept. */
abstract class Message {
  private cachedVia: Via | null | undefined;
  private cachedCSeq: CSeq | undefined;
  private cachedFromTag: string | undefined;
  private cachedToTag: string | undefined;

  /**
   * `raw` is the message as it came, when it may be passed on byte for byte: full header names, no folded or
   * malformed line, right Content-Length.
   */
  constructor(
    readonly headers: Headers,
    readonly body: Buffer,
    readonly raw: Buffer | null,
  ) {}

  get callId(): string {
    return this.headers.get('Call-ID') ?? '';
  }

  get cseq(): CSeq {
    this.cachedCSeq ??= parseCSeq(this.headers.get('CSeq') ?? '');
    return this.cachedCSeq;
  }

  /** The topmost Via, `null` when it is missing or malformed. */
  get via(): Via | null {
    if (this.cachedVia === undefined) {
      const line = this.headers.get('Via') ?? '';
      const top = line.includes(',') ? splitList(line)[0] : line;
      this.cachedVia = top === undefined ? null : parseVia(top);
    }
    return this.cachedVia;
  }

  get fromTag(): string {
    this.cachedFromTag ??= tagOf(this.headers.get('From') ?? '');
    return this.cachedFromTag;
  }

  get toTag(): string {
    this.cachedToTag ??= tagOf(this.headers.get('To') ?? '');
    return this.cachedToTag;
  }

  /** Every entry of a comma-list header (Route, Record-Route, Contact, Require ...), in order. */
  list(name: string): string[] {
    const first = this.headers.indexOf(name);
    if (first < 0) return [];
    const entries = splitList(this.headers.values[first] ?? '');
    for (let at = this.headers.indexOf(name, first + 1); at >= 0; at = this.headers.indexOf(name, at + 1)) {
      entries.push(...splitList(this.headers.values[at] ?? ''));
    }
    return entries;
  }
}

export class SipRequest extends Message {
  readonly kind = 'request';

  constructor(
    readonly method: string,
    readonly uri: string,
    headers: Headers,
    body: Buffer,
    raw: Buffer | null = null,
  ) {
    super(headers, body, raw);
  }
}

export class SipResponse extends Message {
  readonly kind = 'response';

  constructor(
    readonly status: number,
    readonly reason: string,
    headers: Headers,
    body: Buffer,
    raw: Buffer | null = null,
  ) {
    super(headers, body, raw);
  }
}

export type SipMessage = SipRequest | SipResponse;

export const NO_BODY: Buffer = Buffer.alloc(0);
