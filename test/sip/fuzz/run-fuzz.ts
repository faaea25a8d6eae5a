import { encodeMessage, messageBytes } from '../../../src/sip/message/build.js';
import { StreamFramer } from '../../../src/sip/transport/stream-framer.js';
import { MemoryServer } from '../torture/memory-server.js';
import { TORTURE } from '../torture/messages.js';
import { GOOD_CALLS } from './good-calls.js';
import { mutate, Random } from './mutate.js';

export interface FuzzOptions {
  readonly seed: number;
  /** Messages to send. */
  readonly count: number;
  /** Called every 10,000 messages. */
  readonly progress?: (done: number) => void;
}

/** What the server made of the messages; every message is in one of the first three. */
export interface FuzzFigures {
  readonly sound: number;
  readonly faulty: number;
  readonly notSip: number;
  readonly answers: number;
  /** Messages that a stream of the same bytes, cut at random, gave. */
  readonly fromStreams: number;
}

/** A message that the server did not survive, to be written into a test. */
export class FuzzFailure extends Error {
  constructor(seed: number, index: number, bytes: Buffer, cause: unknown) {
    super(`seed ${seed}, message ${index}: ${String(cause)}\n${JSON.stringify(bytes.toString('latin1'))}`, {
      cause,
    });
  }
}

/** How many messages share one server state. */
const ROUND = 500;

/** Sends `count` damaged messages through parser, stack and stream framer; throws `FuzzFailure` on any exception. */
export function runFuzz({ seed, count, progress }: FuzzOptions): FuzzFigures {
  const corpus = [...TORTURE.map(({ bytes }) => bytes), ...GOOD_CALLS];
  const random = new Random(seed);
  const server = new MemoryServer(() => (random.below(3) === 0 ? null : [200 + 100 * random.below(5), 'X']));
  const figures = { sound: 0, faulty: 0, notSip: 0, answers: 0, fromStreams: 0 };
  let framer = new StreamFramer(65_536);
  for (let index = 0; index < count; index++) {
    const bytes = mutate(random.pick(corpus, Buffer.alloc(0)), corpus, random);
    try {
      const result = server.datagram(bytes);
      if (result.ok) {
        figures.sound++;
        checkPassable(messageBytes(result.message), encodeMessage(result.message));
      } else if (result.request !== null) figures.faulty++;
      else figures.notSip++;
      if (index % 4 === 0) framer = stream(framer, bytes, random, figures);
    } catch (cause) {
      throw new FuzzFailure(seed, index, bytes, cause);
    }
    if (index % ROUND === ROUND - 1) {
      figures.answers += server.sent.length;
      server.clear();
      if (index % 10_000 === 9_999) progress?.(index + 1);
    }
  }
  figures.answers += server.sent.length;
  server.clear();
  return figures;
}

/** What goes to the control client: a head that ends, and one Content-Length that is true. */
function checkPassable(...copies: readonly Buffer[]): void {
  for (const copy of copies) {
    const blank = copy.indexOf('\r\n\r\n');
    if (blank < 0) throw new Error('passed on without a blank line');
    const lengths = copy.toString('latin1', 0, blank).match(/^Content-Length[ \t]*:[ \t]*(\d+)/gim) ?? [];
    const length = Number(lengths[0]?.split(':')[1]);
    if (lengths.length !== 1 || length !== copy.length - blank - 4)
      throw new Error(`passed on with ${lengths.join(', ')} for ${copy.length - blank - 4} bytes`);
  }
}

/** The same bytes in pieces; a broken stream ends and a new one begins, as a connection would. */
function stream(
  framer: StreamFramer,
  bytes: Buffer,
  random: Random,
  figures: { fromStreams: number },
): StreamFramer {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(bytes.length);
    for (const item of framer.push(bytes.subarray(at, at + length))) {
      if (item.type === 'message') figures.fromStreams++;
      if (item.type === 'broken') return new StreamFramer(65_536);
    }
    at += length;
  }
  return framer;
}
