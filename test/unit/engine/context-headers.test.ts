import { describe, expect, it } from 'vitest';
import { contextBodies, contextHeaders } from '../../../src/engine/context-headers.js';
import { aContext, aNaming } from './a-context.js';

const LOCATION = { type: 'application/pidf+xml', id: 'here@caller', text: '<presence/>' };
const transferred = aContext({
  calledNumber: '110',
  divertedFrom: '12345',
  diversion: 'deflection',
  transferId: 'abc-t1',
  visited: ['12345'],
  emergency: true,
});

describe('contextHeaders', () => {
  it('asserts the caller in the format of the trunk and names the first-called number', () => {
    expect(contextHeaders(aContext(), aNaming())).toEqual({
      From: '<sip:+8613800000000@localhost>',
      'P-Asserted-Identity': '<sip:+8613800000000@localhost>',
      'History-Info': '<sip:12345@10.0.0.1:5060>;index=1',
      'Max-Forwards': '69',
    });
  });
  it('tells the target of a transfer where the call comes from', () => {
    const headers = contextHeaders(transferred, aNaming());
    expect(headers['History-Info']).toContain(';index=1, <sip:110@10.0.0.1:5060>;index=1.1;mp=1');
    expect(headers.Diversion).toBe('<sip:12345@10.0.0.1:5060>;reason=deflection;counter=1');
    expect(headers['Referred-By']).toBe('<sip:12345@10.0.0.1:5060>');
    expect(headers['Resource-Priority']).toBe('esnet.1');
  });
  it('passes Referred-By on as the transferor wrote it', () => {
    const context = aContext({ transferId: 't', referredBy: '<sip:desk7@pbx>' });
    expect(contextHeaders(context, aNaming())['Referred-By']).toBe('<sip:desk7@pbx>');
  });
  it('writes the transfer id so that any PBX passes it on: isdn-uui, IA5, hexadecimal', () => {
    const [hex = '', ...parameters] = (contextHeaders(transferred, aNaming())['User-to-User'] ?? '').split(
      ';',
    );
    const octets = Buffer.from(hex, 'hex');
    expect([octets[0], octets.toString('ascii', 1)]).toEqual([4, 'abc-t1']);
    expect(parameters).toEqual(['encoding=hex', 'purpose=isdn-uui', 'content=isdn-uui']);
  });
  it('has no User-to-User for an id that ISDN could not carry', () => {
    const headers = contextHeaders({ ...transferred, transferId: 'x'.repeat(129) }, aNaming());
    expect(headers['User-to-User']).toBeUndefined();
    expect(
      contextHeaders({ ...transferred, transferId: 'x'.repeat(128) }, aNaming())['User-to-User'],
    ).toBeDefined();
  });
  it("keeps a member's User-to-User and priority where there is nothing of ours", () => {
    const carried = {
      headers: { 'User-to-User': '00aa;encoding=hex', 'Resource-Priority': 'wps.3' },
      bodies: [],
    };
    expect(contextHeaders(aContext({ carried }), aNaming())).toMatchObject(carried.headers);
    const headers = contextHeaders({ ...transferred, carried }, aNaming());
    expect(headers['User-to-User']).toMatch(/^04/);
    expect(headers['Resource-Priority']).toBe('esnet.1');
    expect(contextHeaders(aContext({ carried }), aNaming({ trusted: false }))).not.toMatchObject(
      carried.headers,
    );
  });

  describe('Call-Info', () => {
    const screenPopUrl = (id: string) => `https://onekey.example.org/v1/screen-pop/${id}?key=1`;
    it('links the transfer, or the call where there is none', () => {
      expect(contextHeaders(transferred, aNaming({ screenPopUrl }))['Call-Info']).toBe(
        '<https://onekey.example.org/v1/screen-pop/abc-t1?key=1>;purpose=info',
      );
      expect(contextHeaders(aContext(), aNaming({ screenPopUrl }))['Call-Info']).toContain('/call1?');
    });
    it('keeps from desks who calls when the caller wants it, not from emergency members', () => {
      const tell = (_id: string, withheld: boolean) => (withheld ? 'withheld' : 'open');
      const link = (changes: object) =>
        contextHeaders(aContext(changes), aNaming({ screenPopUrl: tell }))['Call-Info'];
      const carried = { headers: { Privacy: 'id' }, bodies: [] };
      expect(link({})).toContain('<open>');
      expect(link({ carried })).toContain('<withheld>');
      expect(link({ carried, emergency: true })).toContain('<open>');
      expect(link({ carried: { headers: { Privacy: 'none' }, bodies: [] } })).toContain('<open>');
    });
    it('never leaves the trust domain, as it opens what is personal', () => {
      expect(
        contextHeaders(transferred, aNaming({ screenPopUrl, trusted: false }))['Call-Info'],
      ).toBeUndefined();
    });
  });

  describe('location', () => {
    const carried = {
      headers: { Geolocation: '<cid:here@caller>', 'Geolocation-Routing': 'yes' },
      bodies: [LOCATION],
    };
    it('goes to members with its body', () => {
      const context = aContext({ carried });
      expect(contextHeaders(context, aNaming())).toMatchObject(carried.headers);
      expect(contextBodies(context, aNaming())).toEqual([LOCATION]);
    });
    it('goes to carriers for an emergency only', () => {
      const outside = aNaming({ trusted: false });
      expect(contextHeaders(aContext({ carried }), outside).Geolocation).toBeUndefined();
      expect(contextBodies(aContext({ carried }), outside)).toEqual([]);
      expect(contextHeaders(aContext({ carried, emergency: true }), outside)).toMatchObject(carried.headers);
      expect(contextBodies(aContext({ carried, emergency: true }), outside)).toEqual([LOCATION]);
    });
  });
});
