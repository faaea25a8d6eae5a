import type { MessageHead } from '../message/head.js';
import { NO_BODY } from '../message/message.js';
import { parseCount } from '../message/params.js';
import { finishMessage, type ParseResult, readHead } from '../message/parse.js';

/** What a piece of the stream turned out to be. */
export type StreamItem =
  | { readonly type: 'message'; readonly result: ParseResult; readonly bytes: Buffer }
  /** A double CRLF, to be answered by a single one (RFC 5626 §4.4.1). */
  | { readonly type: 'ping' }
  /** A CRLF on a connection of ours: the answer to our ping. */
  | { readonly type: 'pong' }
  /** The stream cannot be understood any more: close it. Always the last item. */
  | {
      readonly type: 'broken';
      readonly reason: string;
      /** The message that broke it, when its sender can be answered. */
      readonly refused: { readonly result: ParseResult; readonly bytes: Buffer } | null;
    };

const CR = 13;
const LF = 10;

/** Cuts SIP messages out of a byte stream by Content-Length (RFC 3261 §18.3). Holds at most `maxBytes`. */
export class StreamFramer {
  private buffer: Buffer = Buffer.alloc(0);
  /** The unread bytes are `buffer[start..end)`. */
  private start = 0;
  private end = 0;
  /** Up to here no blank line was found. */
  private scanned = 0;
  /** The head of the message whose body is still coming. */
  private head: { readonly head: MessageHead; readonly body: number; readonly length: number } | null = null;

  /** `answered`: we are the one that pings on this connection, so a CRLF is a pong. */
  constructor(
    private readonly maxBytes: number,
    private readonly answered = false,
  ) {}

  /** Whether a message has begun and is not complete; blank lines between messages do not count. */
  get partial(): boolean {
    const first = this.buffer[this.start];
    return this.end > this.start && first !== CR && first !== LF;
  }

  push(chunk: Buffer): StreamItem[] {
    this.append(chunk);
    const items: StreamItem[] = [];
    for (;;) {
      const item = this.next();
      if (item === null) return items;
      items.push(item);
      if (item.type === 'broken') return items;
    }
  }

  /** Copies into a buffer that grows by doubling: a peer that sends single bytes costs no quadratic time. */
  private append(chunk: Buffer): void {
    const unread = this.end - this.start;
    if (unread === 0) {
      this.buffer = chunk;
      this.start = 0;
      this.end = chunk.length;
      this.scanned = 0;
      return;
    }
    const needed = unread + chunk.length;
    const target = Buffer.allocUnsafe(this.end + chunk.length > this.buffer.length ? needed * 2 : 0);
    if (target.length > 0) {
      this.buffer.copy(target, 0, this.start, this.end);
      this.scanned -= this.start;
      this.buffer = target;
      this.start = 0;
      this.end = unread;
    }
    chunk.copy(this.buffer, this.end);
    this.end += chunk.length;
  }

  private next(): StreamItem | null {
    if (this.head === null) {
      const blank = this.skipBlankLines();
      if (blank !== null) return blank;
      const broken = this.readHead();
      if (broken !== null) return broken;
    }
    return this.head === null ? null : this.readBody(this.head);
  }

  /** CRLF between messages: two of them are a ping, a single one is ignored. */
  private skipBlankLines(): StreamItem | null {
    while (this.start < this.end) {
      const first = this.buffer[this.start];
      if (first !== CR && first !== LF) return null;
      if (this.answered && first === CR && this.buffer[this.start + 1] === LF) {
        this.consume(this.start + 2);
        return { type: 'pong' };
      }
      if (
        this.end - this.start >= 4 &&
        this.buffer.toString('latin1', this.start, this.start + 4) === '\r\n\r\n'
      ) {
        this.consume(this.start + 4);
        return { type: 'ping' };
      }
      // The rest of a ping may still be on its way.
      const short = this.end - this.start < 4 ? this.buffer.toString('latin1', this.start, this.end) : '';
      if (short === '\r' || (!this.answered && (short === '\r\n\r' || short === '\r\n'))) return null;
      this.consume(this.start + 1);
    }
    return null;
  }

  private readHead(): StreamItem | null {
    const unread = this.end - this.start;
    if (unread < 4) return null;
    const from = Math.max(this.start, this.scanned - 3);
    const blank = this.buffer.subarray(0, this.end).indexOf('\r\n\r\n', from, 'latin1');
    if (blank < 0) {
      this.scanned = this.end;
      return unread > this.maxBytes ? broken(`message head exceeds ${this.maxBytes} bytes`) : null;
    }
    const head = readHead(this.buffer, this.start, blank + 2);
    if (head === null) return broken('not SIP');
    const text = head.headers.get('Content-Length');
    const length = text === undefined ? 0 : parseCount(text, 0x7fff_ffff);
    if (length === null) return this.refuseLength(head, blank + 4);
    const body = blank + 4 - this.start;
    if (body + length > this.maxBytes) return broken(`message exceeds ${this.maxBytes} bytes`);
    this.head = { head, body, length };
    return null;
  }

  /** Where the next message begins is unknown: this one is refused, and what follows is not read. */
  private refuseLength(head: MessageHead, end: number): StreamItem {
    const bytes = this.buffer.subarray(this.start, end);
    const result = finishMessage(head, NO_BODY, null, { status: 400, reason: 'Bad Content-Length' });
    return { type: 'broken', reason: 'bad Content-Length', refused: { result, bytes } };
  }

  private readBody({
    head,
    body,
    length,
  }: {
    head: MessageHead;
    body: number;
    length: number;
  }): StreamItem | null {
    const total = body + length;
    if (this.end - this.start < total) return null;
    const bytes = this.buffer.subarray(this.start, this.start + total);
    this.head = null;
    this.consume(this.start + total);
    const result = finishMessage(head, length === 0 ? NO_BODY : bytes.subarray(body), bytes, null);
    return { type: 'message', result, bytes };
  }

  private consume(to: number): void {
    this.start = to;
    this.scanned = to;
    // Messages that were handed out share this memory: never write into it again.
    if (this.start === this.end) {
      this.buffer = NO_BODY;
      this.start = 0;
      this.end = 0;
      this.scanned = 0;
    }
  }
}

function broken(reason: string): StreamItem {
  return { type: 'broken', reason, refused: null };
}
