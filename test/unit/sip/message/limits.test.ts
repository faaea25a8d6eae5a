import { describe, expect, test } from 'vitest';
import { type ParseResult, parseDatagram } from '../../../../src/sip/message/parse.js';

/** Bounds on what a single message may ask of the parser. */

const LINES = [
  'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-limits',
  'Max-Forwards: 70',
  'From: <sip:a@192.0.2.1>;tag=1',
  'To: <sip:b@192.0.2.2>',
  'Call-ID: limits',
  'CSeq: 1 OPTIONS',
];

function parse(lines: readonly string[], uri = 'sip:b@192.0.2.2'): ParseResult {
  return parseDatagram(Buffer.from([`OPTIONS ${uri} SIP/2.0`, ...lines, '', ''].join('\r\n')));
}

const statusOf = (result: ParseResult): number => (result.ok ? 0 : result.fault.status);

test('256 headers are read, more are refused, and nobody looks at what follows', () => {
  const padded = (count: number): string[] => [
    ...LINES,
    ...Array.from({ length: count - LINES.length }, (_, at) => `X-${at}: a`),
  ];
  expect(statusOf(parse(padded(256)))).toBe(0);
  const tooMany = parse(padded(50_000));
  expect(statusOf(parse(padded(257)))).toBe(400);
  expect(statusOf(tooMany)).toBe(400);
  if (!tooMany.ok) expect(tooMany.request?.headers.size).toBe(256);
});

test('a header line has 16,384 characters at most', () => {
  const line = (length: number): string => `X-Long: ${'a'.repeat(length - 8)}`;
  expect(statusOf(parse([...LINES, line(16_384)]))).toBe(0);
  expect(statusOf(parse([...LINES, line(16_385)]))).toBe(400);
  expect(statusOf(parse([...LINES, line(10_000_000)]))).toBe(400);
});

test('folding does not help to a longer one', () => {
  const folded = (lines: number): string[] => [
    ...LINES,
    'X-Long: a',
    ...Array(lines).fill(` ${'a'.repeat(99)}`),
  ];
  expect(statusOf(parse(folded(160)))).toBe(0);
  expect(statusOf(parse(folded(170)))).toBe(400);
  expect(statusOf(parse([...LINES, 'X-Long: a', ...Array(100_000).fill(' a')]))).toBe(400);
});

test('a Request-URI of more than 8,192 characters gets 414', () => {
  const uri = (length: number): string => `sip:${'a'.repeat(length - 6)}@b`;
  expect(statusOf(parse(LINES, uri(8192)))).toBe(0);
  expect(statusOf(parse(LINES, uri(8193)))).toBe(414);
  expect(statusOf(parse(LINES, uri(1_000_000)))).toBe(414);
});

/** Everything that could be nested: nothing that reads these may recurse. */
const NESTS = ['(', '"', '<', '[', '{', '\\', '\\"', '<sip:', '"<', ';a="', '(\\(', '%28', ',<'];

describe.each(['From', 'To', 'Contact', 'Via', 'Route', 'Subject', 'Require'])('%s', (name) => {
  const nested = (piece: string, times: number): ParseResult => {
    const found = LINES.find((line) => line.startsWith(`${name}:`)) ?? `${name}: <sip:a@b>`;
    return parse([...LINES.filter((line) => line !== found), found + piece.repeat(times)]);
  };

  test.each(NESTS)('100,000 times %s is refused', (piece) => {
    expect(statusOf(nested(piece, 100_000))).toBe(400);
  });

  test.each(NESTS)('as often as a header may hold it, %s is read or refused', (piece) => {
    const result = nested(piece, Math.floor(16_000 / piece.length));
    expect([0, 400]).toContain(statusOf(result));
    if (!result.ok) return;
    // Reading lists and addresses is what would recurse.
    expect(result.message.list(name).length).toBeGreaterThan(0);
    expect(result.message.via).not.toBeNull();
    expect(result.message.fromTag).not.toBe('');
  });
});

test('a body is never looked into, however deep its parts are nested', () => {
  const open = Array.from(
    { length: 5_000 },
    (_, depth) => `--b${depth}\r\nContent-Type: multipart/mixed\r\n\r\n`,
  );
  const body = Buffer.from(open.join(''));
  const lines = [...LINES, 'Content-Type: multipart/mixed;boundary=b0', `Content-Length: ${body.length}`];
  const head = Buffer.from(['OPTIONS sip:b@192.0.2.2 SIP/2.0', ...lines, '', ''].join('\r\n'));
  const result = parseDatagram(Buffer.concat([head, body]));
  expect(result.ok && result.message.body.equals(body)).toBe(true);
});
