import { describe, expect, test } from 'vitest';
import { realisticMessages } from '../../../../scripts/bench/sip/messages.js';
import { parseHead } from '../../../../src/sip/message/parse.js';
import { readPlainHead } from '../../../../src/sip/message/plain-head.js';
import { TORTURE } from '../../../sip/torture/messages.js';

const END = Buffer.from('\r\n\r\n');

/** What the tolerant reader makes of the same bytes. */
function tolerant(bytes: Buffer) {
  const blank = bytes.indexOf(END);
  return { head: parseHead(bytes.toString('utf8', 0, blank + 2)), body: blank + 4 };
}

/** A small generator of numbers from 0 to 1, the same for each seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the fast reader of heads', () => {
  test('reads what phones and trunks write', () => {
    for (const { name, bytes } of realisticMessages) {
      expect(readPlainHead(bytes, 0), name).toEqual(tolerant(bytes));
    }
  });

  test('starts anywhere', () => {
    const [first] = realisticMessages;
    const bytes = first?.bytes ?? Buffer.alloc(0);
    const moved = readPlainHead(Buffer.concat([Buffer.from('xyz'), bytes]), 3);
    expect(moved?.head).toEqual(tolerant(bytes).head);
    expect(moved?.body).toBe(tolerant(bytes).body + 3);
  });

  test.each([
    ['a folded line', 'OPTIONS sip:a SIP/2.0\r\nTo: <sip:a>\r\n ;tag=1\r\n\r\n'],
    ['a blank before the colon', 'OPTIONS sip:a SIP/2.0\r\nTo : <sip:a>\r\n\r\n'],
    ['a line that ends in LF', 'OPTIONS sip:a SIP/2.0\r\nTo: <sip:a>\nFrom: <sip:b>\r\n\r\n'],
    ['a lone CR', 'OPTIONS sip:a SIP/2.0\r\nTo: <sip:a>\rFrom: <sip:b>\r\n\r\n'],
    ['a line without colon', 'OPTIONS sip:a SIP/2.0\r\nTo\r\n\r\n'],
    ['a letter that is not ASCII', 'OPTIONS sip:a SIP/2.0\r\nSubject: 热\r\n\r\n'],
    ['a URI with a blank', 'OPTIONS sip:a b SIP/2.0\r\n\r\n'],
    ['a URI without scheme', 'OPTIONS a SIP/2.0\r\n\r\n'],
    ['another version', 'OPTIONS sip:a SIP/3.0\r\n\r\n'],
    ['a status of two digits', 'SIP/2.0 20 OK\r\n\r\n'],
    ['no blank line', 'OPTIONS sip:a SIP/2.0\r\nTo: <sip:a>\r\n'],
    ['no end of line', 'OPTIONS sip:a SIP/2.0'],
    ['too many headers', `OPTIONS sip:a SIP/2.0\r\n${'To: <sip:a>\r\n'.repeat(257)}\r\n`],
    ['too long a header', `OPTIONS sip:a SIP/2.0\r\nTo: ${'a'.repeat(16_384)}\r\n\r\n`],
  ])('leaves %s to the tolerant one', (_, text) => {
    expect(readPlainHead(Buffer.from(text), 0)).toBeNull();
  });

  test('knows names in either case, and notices short ones', () => {
    const bytes = Buffer.from('SIP/2.0 200 \r\ncALL-id:x\r\nv: y\r\nx-Own-name:  z \t\r\nCseq:\r\n\r\n');
    const read = readPlainHead(bytes, 0);
    expect(read?.head.headers.names).toEqual(['Call-ID', 'Via', 'X-Own-Name', 'CSeq']);
    expect(read?.head.headers.values).toEqual(['x', 'y', 'z', '']);
    expect(read?.head.clean).toBe(false);
    expect(read).toEqual(tolerant(bytes));
  });

  test('agrees with the tolerant reader wherever it dares to read (damaged messages, seed 20)', () => {
    const random = randomFrom(20);
    const originals = [...realisticMessages, ...TORTURE].map(({ bytes }) => bytes);
    const letters = Buffer.from('\r\n :;,<>"\t\\aZ-0\u00e9', 'latin1');
    let read = 0;
    for (let round = 0; round < 20_000; round++) {
      const original = originals[Math.floor(random() * originals.length)] ?? END;
      const bytes = Buffer.from(original);
      for (let hits = Math.floor(random() * 3); hits >= 0; hits--) {
        const letter = letters[Math.floor(random() * letters.length)] ?? 0;
        bytes[Math.floor(random() ** 2 * bytes.length)] = letter;
      }
      const plain = readPlainHead(bytes, 0);
      if (plain === null) continue;
      read++;
      expect(plain, bytes.toString('latin1')).toEqual(tolerant(bytes));
    }
    // Or the test would prove nothing.
    expect(read).toBeGreaterThan(5000);
  });
});
