import { expect, test } from 'vitest';
import { StreamFramer, type StreamItem } from '../../../../src/sip/transport/stream-framer.js';

const message = (id: string, body = ''): string =>
  [
    'OPTIONS sip:x SIP/2.0',
    'Via: SIP/2.0/TCP h;branch=z9hG4bK1',
    'From: <sip:a@b>;tag=1',
    'To: <sip:c@d>',
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');

function show(item: StreamItem): string {
  if (item.type === 'ping' || item.type === 'pong') return item.type;
  if (item.type === 'broken') return item.reason;
  return item.result.ok
    ? `${item.result.message.callId} ${item.result.message.body}`
    : item.result.fault.reason;
}

test('every way to cut the stream gives the same messages', () => {
  const stream = Buffer.from(
    `${message('one', '\u70ed')}\r\n\r\n${message('two')}\r\n${message('three', 'x\r\n\r\ny')}`,
  );
  for (let size = 1; size <= stream.length; size += size < 40 ? 1 : 37) {
    const framer = new StreamFramer(4096);
    const items: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      items.push(...framer.push(Buffer.from(stream.subarray(at, at + size))).map(show));
    }
    expect(items).toEqual(['one \u70ed', 'ping', 'two ', 'three x\r\n\r\ny']);
    expect(framer.partial).toBe(false);
  }
});

test('messages that were handed out keep their bytes', () => {
  const framer = new StreamFramer(4096);
  const [first] = framer.push(Buffer.from(message('one', 'kept') + message('two').slice(0, 20)));
  framer.push(Buffer.from(message('two').slice(20)));
  framer.push(Buffer.from(message('three', 'other')));
  expect(first && show(first)).toBe('one kept');
});

test('what cannot be a message breaks the stream', () => {
  const broken = (text: string): string[] => new StreamFramer(200).push(Buffer.from(text)).map(show);
  expect(broken('GET / HTTP/1.1\r\n\r\n')).toEqual(['not SIP']);
  expect(broken(`OPTIONS sip:x SIP/2.0\r\nX: ${'a'.repeat(200)}`)).toEqual([
    'message head exceeds 200 bytes',
  ]);
  expect(broken('OPTIONS sip:x SIP/2.0\r\nl: 190\r\n\r\n')).toEqual(['message exceeds 200 bytes']);
  expect(broken('OPTIONS sip:x SIP/2.0\r\nl: one\r\n\r\n')).toEqual(['bad Content-Length']);
  expect(broken('OPTIONS sip:x SIP/2.0\r\nl: 0\r\n\r\nrest')).toEqual(['Missing From Header']);
});
