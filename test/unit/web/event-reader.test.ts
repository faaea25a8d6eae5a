import { describe, expect, it } from 'vitest';
import { EventReader } from '../../../src/web/ops/server/event-reader.js';

const stream =
  'retry: 2000\n\n: alive\n\nid: 7\nevent: call-started\ndata: {"a":1}\n\nid: 8\ndata:x\ndata: y\n\n';
const events = [
  { id: '7', type: 'call-started', data: '{"a":1}' },
  { id: '8', type: 'message', data: 'x\ny' },
];

describe('reading server-sent events', () => {
  it('takes events apart, without comments and settings', () => {
    expect(new EventReader().read(stream)).toEqual(events);
  });

  it.each([1, 2, 3, 5, 11])('does so when the text comes in pieces of %i characters', (size) => {
    const reader = new EventReader();
    const pieces = stream.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
    expect(pieces.flatMap((piece) => reader.read(piece))).toEqual(events);
  });

  it('takes lines that end with CRLF', () => {
    expect(new EventReader().read(stream.replaceAll('\n', '\r\n'))).toEqual(events);
  });

  it('keeps little of a line that never ends', () => {
    const reader = new EventReader();
    for (let i = 0; i < 20; i += 1) expect(reader.read('x'.repeat(200_000))).toEqual([]);
    expect(reader.read('\nid: 9\ndata: z\n\n')).toEqual([{ id: '9', type: 'message', data: 'z' }]);
  });
});
