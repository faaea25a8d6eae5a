import { describe, expect, it } from 'vitest';
import { contentId, readParts, writeParts } from '../../../src/engine/multipart.js';

const SDP = 'v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\n';
const sdp = { type: 'application/sdp', id: null, text: SDP };
const place = { type: 'application/pidf+xml', id: 'a@b', text: '<presence/>' };
const body = [
  'words before',
  '--b1',
  'Content-Type: application/sdp',
  '',
  'v=0',
  'o=- 1 1 IN IP4 10.0.0.9',
  '',
  '--b1',
  'Content-Type: Application/PIDF+xml;charset=utf-8',
  'content-id: <a@b>',
  '',
  '<presence/>',
  '--b1--',
  'words after',
].join('\r\n');

describe('readParts', () => {
  it.each(['multipart/mixed;boundary=b1', 'Multipart/Mixed; charset=utf-8; Boundary="b1"'])(
    'reads %s',
    (type) => {
      expect(readParts(type, body)).toEqual([sdp, place]);
    },
  );
  it('takes bare line feeds and a missing last delimiter', () => {
    const text = body.replaceAll('\r\n', '\n').replace('--b1--\nwords after', '');
    expect(readParts('multipart/mixed;boundary=b1', text).map((part) => part.type)).toEqual([
      sdp.type,
      place.type,
    ]);
  });
  it('looks into parts of parts', () => {
    const outer = `--o\r\nContent-Type: multipart/related;boundary=b1\r\n\r\n${body}\r\n--o\r\n\r\nplain\r\n--o--`;
    expect(readParts('multipart/mixed;boundary=o', outer)).toEqual([
      sdp,
      place,
      { type: 'text/plain', id: null, text: 'plain' },
    ]);
  });
  it('is not taken in by text that looks like a delimiter', () => {
    const text = '--b\r\n\r\nnot --b here\r\n--bc\r\n--b x\r\n--b--';
    expect(readParts('multipart/mixed;boundary=b', text)).toEqual([
      { type: 'text/plain', id: null, text: 'not --b here\r\n--bc\r\n--b x' },
    ]);
  });
  it('leaves encoded parts alone', () => {
    const text = '--b\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n--b--';
    expect(readParts('multipart/mixed;boundary=b', text)).toEqual([]);
  });
  it.each([
    ['application/sdp', SDP],
    ['multipart/mixed', body],
    ['multipart/mixed;boundary=', body],
    [`multipart/mixed;boundary=${'x'.repeat(71)}`, body],
    ['multipart/mixed;boundary=b1', ''],
    ['multipart/mixed;boundary=b1', '--b1--'],
    ['multipart/mixed;boundary=b1', `${'x'.repeat(70_000)}${body}`],
  ])('finds nothing in %s', (type, text) => {
    expect(readParts(type, text)).toEqual([]);
  });
  it('takes no more than so many parts, whatever their nesting', () => {
    const many = `${'--b\r\n\r\nx\r\n'.repeat(100)}--b--`;
    expect(readParts('multipart/mixed;boundary=b', many)).toHaveLength(16);
    const nested = `${`--c\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n${many}\r\n`.repeat(10)}--c--`;
    expect(readParts('multipart/mixed;boundary=c', nested)).toHaveLength(16);
  });
});

describe('writeParts', () => {
  it('writes what is read again', () => {
    const { contentType, body: written } = writeParts([
      { ...sdp, disposition: null },
      { ...place, disposition: 'by-reference;handling=optional' },
    ]);
    expect(readParts(contentType, written)).toEqual([sdp, place]);
    expect(written).toContain('Content-Disposition: by-reference;handling=optional\r\n');
  });
  it('takes a boundary that is in no part', () => {
    const nasty = { ...place, text: '--onekey\r\n--onekey-1--\r\n', disposition: null };
    const { contentType, body: written } = writeParts([nasty]);
    expect(readParts(contentType, written).map((part) => part.text)).toEqual([nasty.text]);
  });
});

describe('contentId', () => {
  it.each([
    ['<a@b>', 'a@b'],
    [' a@b ', 'a@b'],
    [undefined, null],
    ['<>', null],
    ['<a b>', null],
    ['<a>b>', null],
  ])('%s', (header, id) => {
    expect(contentId(header)).toBe(id);
  });
});
