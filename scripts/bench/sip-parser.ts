import { createRequire } from 'node:module';
import type { SipMessage } from '../../src/sip/message/message.js';
import { parseNameAddr } from '../../src/sip/message/name-addr.js';
import { parseDatagram, readDatagram } from '../../src/sip/message/parse.js';
import { readCommandLine } from '../command-line.js';
import { machineLine } from './process-usage.js';
import { realisticMessages } from './sip/messages.js';

const help = `Usage: scripts/bench/sip-parser [--rounds N] [--ms N]

Reads the same messages (of a call with a transfer, and a registration) with our parser and with the one that
drachtio-srf brings along, in turns in one process: from the bytes of a datagram to the parsed values of the topmost
Via, From, To with their tags, Call-ID, CSeq and Contact. Ours is measured twice: reading only, and with the checks that
the server makes of every message (RFC 3261 §8.2, RFC 4475), which the other
one does not know. drachtio-srf's reads headers lazily here, as it does in an application. A second is one of
CPU time, so that other programs of the machine matter less.
  --rounds N  rounds of each (default 15); a round that is not counted warms up
  --ms N      length of a round, CPU time (default 400)
  --help      this text
Exit code: 0 when ours is at least 5 times as fast in the median, 1 when not, 2 for wrong usage.`;

/** How much faster ours has to be. */
const wantedRatio = 5;

interface Wish {
  readonly rounds: number;
  readonly roundMs: number;
}

/** drachtio-srf's class for messages, as far as it is used here. */
interface LooseMessage {
  get(name: string): string | undefined;
  getParsedHeader(name: string): unknown;
  has(name: string): boolean;
}
const LooseMessageClass = createRequire(import.meta.url)('drachtio-srf/lib/sip-parser/message.js') as new (
  text: string,
) => LooseMessage;

/** What the last message gave; the results are used, so that no work can be optimised away. */
let sink: unknown;

function readLoosely(bytes: Buffer): void {
  const message = new LooseMessageClass(bytes.toString('utf8'));
  sink = [
    message.getParsedHeader('via'),
    message.getParsedHeader('from'),
    message.getParsedHeader('to'),
    message.get('call-id'),
    message.getParsedHeader('cseq'),
    message.getParsedHeader('contact'),
  ];
}

type Reader = (bytes: Buffer) => void;

/** The same values, of a message that was read and no more, as drachtio-srf's parser does it. */
function read(bytes: Buffer): void {
  const found = readDatagram(bytes);
  if (found === null || found.fault !== null) throw new Error('refused');
  take(found.message);
}

/** The same of a message that was checked, as the server does with all that it gets. */
function readChecked(bytes: Buffer): void {
  const result = parseDatagram(bytes);
  if (!result.ok) throw new Error(`refused: ${result.fault.reason}`);
  take(result.message);
}

function take(message: SipMessage): void {
  sink = [
    message.via,
    parseNameAddr(message.headers.get('From') ?? ''),
    message.fromTag,
    parseNameAddr(message.headers.get('To') ?? ''),
    message.toTag,
    message.callId,
    message.cseq,
    parseNameAddr(message.list('Contact')[0] ?? ''),
  ];
}

function readWish(): Wish {
  const line = readCommandLine(help, { values: ['rounds', 'ms'] });
  return {
    rounds: line.number('rounds', { otherwise: 15, least: 1, most: 1000, whole: true }),
    roundMs: line.number('ms', { otherwise: 400, least: 10, most: 60_000 }),
  };
}

/** Messages of this reader in a second of CPU time, over one round. */
function round(read: Reader, roundMs: number): number {
  const started = process.cpuUsage();
  let count = 0;
  for (;;) {
    for (let i = 0; i < 50; i++) for (const { bytes } of realisticMessages) read(bytes);
    count += 50 * realisticMessages.length;
    const { user, system } = process.cpuUsage(started);
    const usedMs = (user + system) / 1000;
    if (usedMs >= roundMs) return (count * 1000) / usedMs;
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function printed(values: readonly number[], digits: number): string {
  const text = (value: number): string => value.toFixed(digits);
  return `lowest ${text(Math.min(...values))}, median ${text(median(values))}, highest ${text(Math.max(...values))}`;
}

function main(): number {
  const wish = readWish();
  console.log(machineLine());
  const sizes = realisticMessages.map(({ name, bytes }) => `${name} ${bytes.length}`);
  console.log(`messages (bytes): ${sizes.join(', ')}`);
  const readers = [read, readChecked, readLoosely];
  const speeds: [number[], number[], number[]] = [[], [], []];
  for (const reader of readers) round(reader, wish.roundMs);
  for (let i = 0; i < wish.rounds; i++) {
    // Another one is first in each round.
    for (let k = 0; k < readers.length; k++) {
      const which = (i + k) % readers.length;
      const reader = readers[which];
      if (reader !== undefined) speeds[which]?.push(round(reader, wish.roundMs));
    }
  }
  if (sink === undefined) throw new Error('nothing was read');
  const [plain, checked, theirs] = speeds;
  const against = (ours: readonly number[]): number[] =>
    ours.map((speed, index) => speed / (theirs[index] ?? Number.NaN));
  console.log('messages a second of CPU time:');
  console.log(`  ours                     ${printed(plain, 0)}`);
  console.log(`  ours, checked as well    ${printed(checked, 0)}`);
  console.log(`  drachtio-srf             ${printed(theirs, 0)}`);
  console.log('times as fast as drachtio-srf, round by round:');
  console.log(`  ours                     ${printed(against(plain), 2)}`);
  console.log(`  ours, checked as well    ${printed(against(checked), 2)}`);
  return median(against(plain)) >= wantedRatio ? 0 : 1;
}

process.exitCode = main();
