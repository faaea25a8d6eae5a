import { describe, expect, it } from 'vitest';
import { admitted, carriedBy, NOTHING_CARRIED, withoutBodies } from '../../../src/engine/carried.js';
import { writeParts } from '../../../src/engine/multipart.js';
import { aMessage } from './a-context.js';

const SDP = { type: 'application/sdp', id: null, text: 'v=0\r\n', disposition: null };
const place = (text: string, id: string | null = 'here@caller') => ({
  type: 'application/pidf+xml',
  id,
  text,
  disposition: null,
});
const withParts = (headers: Record<string, string>, ...parts: ReturnType<typeof place>[]) => {
  const { contentType, body } = writeParts([SDP, ...parts]);
  return carriedBy(aMessage({ ...headers, 'Content-Type': contentType }, body));
};

describe('carriedBy', () => {
  it('is nothing for a plain call', () => {
    expect(carriedBy(aMessage({ 'Content-Type': 'application/sdp' }, 'v=0\r\n'))).toBe(NOTHING_CARRIED);
  });
  it('keeps a location with the header that names it', () => {
    const headers = { Geolocation: '<cid:here%40caller>', 'Geolocation-Routing': 'no' };
    expect(withParts(headers, place('<presence/>'))).toEqual({
      headers,
      bodies: [{ type: 'application/pidf+xml', id: 'here@caller', text: '<presence/>' }],
    });
  });
  it('keeps a location that is the only body', () => {
    const message = aMessage(
      { 'Content-Type': 'application/pidf+xml', 'Content-ID': '<a@b>' },
      '<presence/>',
    );
    expect(carriedBy(message).bodies).toEqual([
      { type: 'application/pidf+xml', id: 'a@b', text: '<presence/>' },
    ]);
  });
  it('drops URLs of bodies that are not there, and keeps locations by reference', () => {
    const headers = { Geolocation: '<cid:gone@x>, <https://lis.example.org/1?a=1,2>' };
    expect(withParts(headers).headers).toEqual({ Geolocation: '<https://lis.example.org/1?a=1,2>' });
    expect(withParts({ Geolocation: '<cid:gone@x>' }).headers).toEqual({});
  });
  it('is bounded in bodies, in text and in headers', () => {
    expect(withParts({}, ...Array.from({ length: 9 }, () => place('x'))).bodies).toHaveLength(4);
    const large = withParts({ Geolocation: '<cid:big@x>' }, place('x'.repeat(9000), 'big@x'), place('small'));
    expect(large.bodies.map((body) => body.text)).toEqual(['small']);
    expect(large.headers).toEqual({});
    expect(carriedBy(aMessage({ Privacy: 'x'.repeat(1501) }))).toBe(NOTHING_CARRIED);
  });
  it('unfolds headers and takes none that would be two', () => {
    expect(carriedBy(aMessage({ Privacy: 'id;\r\n user' })).headers).toEqual({ Privacy: 'id; user' });
    expect(carriedBy(aMessage({ Privacy: 'id\0X' }))).toBe(NOTHING_CARRIED);
  });
});

describe('admitted', () => {
  const all = {
    headers: { Privacy: 'id', 'Resource-Priority': 'esnet.1', 'User-to-User': '04;encoding=hex' },
    bodies: [],
  };
  it('lets a citizen claim neither priority nor a transfer', () => {
    expect(admitted(all, 'carrier')).toEqual({ headers: { Privacy: 'id' }, bodies: [] });
  });
  it("takes a member's word", () => {
    expect(admitted(all, 'member')).toBe(all);
  });
});

describe('withoutBodies', () => {
  it('leaves no URL behind that leads nowhere', () => {
    expect(withoutBodies({ From: 'a', Geolocation: '<cid:a@b>', 'Geolocation-Routing': 'yes' })).toEqual({
      From: 'a',
    });
    const both = { Geolocation: '<cid:a@b>, <https://x.example/1>', 'Geolocation-Routing': 'yes' };
    expect(withoutBodies(both)).toEqual({
      Geolocation: '<https://x.example/1>',
      'Geolocation-Routing': 'yes',
    });
  });
});
