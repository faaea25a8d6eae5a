import { expect, test } from 'vitest';
import { decodeFrame, encodeFrame, FrameReader } from '../../../../src/sip/control/framing.js';
import { clockText } from '../../../../src/sip/control/head-lines.js';

test('frames are counted in bytes and survive every way to cut the stream', () => {
  const stream = Buffer.concat([
    encodeFrame('id|ping', null),
    encodeFrame('id|\u70ed\u7ebf|', Buffer.from('SIP \u{1f600}')),
    encodeFrame('x', Buffer.alloc(0)),
  ]);
  for (let size = 1; size <= stream.length; size++) {
    const reader = new FrameReader(1000);
    const frames: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      const read = reader.push(stream.subarray(at, at + size));
      if (read.ok) frames.push(...read.frames.map((frame) => frame.toString()));
    }
    expect(frames).toEqual(['id|ping', 'id|\u70ed\u7ebf|\r\nSIP \u{1f600}', 'x\r\n']);
  }
});

test('what is no length, or too long, ends the reading', () => {
  for (const text of ['x', '12x#', '#', '999999999', '1001#']) {
    const padded = text.padEnd(9, '0');
    expect(new FrameReader(1000).push(Buffer.from(padded)).ok).toBe(false);
  }
});

test('a frame is split at its first line end', () => {
  expect(decodeFrame(Buffer.from('a|sip||d|\r\nBYE x\r\n\r\n'))).toEqual({
    tokens: ['a', 'sip', '', 'd', ''],
    message: Buffer.from('BYE x\r\n\r\n'),
  });
});

test('times are written in UTC with microseconds', () => {
  expect(clockText(Date.UTC(2026, 0, 2, 3, 4, 5, 67))).toBe('03:04:05.067000');
});
