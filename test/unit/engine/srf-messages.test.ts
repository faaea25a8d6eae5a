import { describe, expect, it } from 'vitest';
import { writeParts } from '../../../src/engine/multipart.js';
import { agentOf, callerOf, maxForwardsOf, sdpOf, tagOf, withSdp } from '../../../src/engine/srf-messages.js';
import { aMessage } from './a-context.js';

describe('sdpOf', () => {
  const SDP = 'v=0\r\n';
  it('finds the description alone or among other parts', () => {
    expect(sdpOf(aMessage({ 'Content-Type': 'application/SDP' }, SDP))).toBe(SDP);
    expect(sdpOf(aMessage({}, SDP))).toBe(SDP);
    const other = { type: 'application/pidf+xml', id: null, text: '<a/>', disposition: null };
    const { contentType, body } = writeParts([other, { ...other, type: 'application/sdp', text: SDP }]);
    expect(sdpOf(aMessage({ 'Content-Type': contentType }, body))).toBe(SDP);
  });
  it('is null where there is none', () => {
    expect(sdpOf(aMessage({ 'Content-Type': 'application/sdp' }, ''))).toBeNull();
    expect(sdpOf(aMessage({ 'Content-Type': 'text/plain' }, 'hello'))).toBeNull();
    expect(
      sdpOf(aMessage({ 'Content-Type': 'multipart/mixed;boundary=a' }, '--a\r\n\r\nhello\r\n--a--')),
    ).toBeNull();
  });
});

describe('withSdp', () => {
  const place = { type: 'application/pidf+xml', id: 'a@b', text: '<a/>' };
  it('is plain without other bodies, and reads back with them', () => {
    expect(withSdp(null)).toEqual({ headers: {} });
    expect(withSdp('v=0\r\n')).toEqual({ body: 'v=0\r\n', headers: { 'Content-Type': 'application/sdp' } });
    const { body = '', headers } = withSdp('v=0\r\n', [place]);
    expect(sdpOf(aMessage(headers, body))).toBe('v=0\r\n');
    expect(body).toContain(
      'Content-ID: <a@b>\r\nContent-Disposition: by-reference;handling=optional\r\n\r\n<a/>',
    );
  });
  it('carries bodies without a description, too', () => {
    const { body = '', headers } = withSdp(null, [{ ...place, id: null }]);
    expect(sdpOf(aMessage(headers, body))).toBeNull();
    expect(body).toContain('Content-Disposition: render;handling=optional');
  });
});

describe('callerOf', () => {
  it.each([
    ['"Li \\"W\\"" <sip:138@x;user=phone>;tag=1', { number: '138', name: 'Li "W"' }],
    ['Citizen <sip:138;phone-context=+86:pw@x>', { number: '138', name: 'Citizen' }],
    ['sip:138@x;tag=1', { number: '138', name: null }],
    ['<tel:+86138;phone-context=x>', { number: '+86138', name: null }],
    ['<sip:%2B86138@x>', { number: '+86138', name: null }],
    ['"Anonymous" <sip:anonymous@anonymous.invalid>', { number: null, name: 'Anonymous' }],
    ['<sip:10.0.0.1>', { number: null, name: null }],
    ['<sip:138@x', { number: null, name: null }],
    ['', { number: null, name: null }],
  ])('reads %s', (From, caller) => {
    expect(callerOf(aMessage({ From }))).toEqual(caller);
  });
  it('takes the first asserted identity before From', () => {
    const message = aMessage({ From: '<sip:1@x>', 'P-Asserted-Identity': '<sip:2@x>,<tel:3>' });
    expect(callerOf(message).number).toBe('2');
  });
  it('reads what nobody would write, in linear time', () => {
    // A test that hangs here has found a header that stops the program.
    const long = ' '.repeat(60_000);
    expect(callerOf(aMessage({ From: `a${long}b${long}<${long}` })).number).toBeNull();
  });
});

describe('agentOf', () => {
  it.each([
    [{ 'P-Asserted-Identity': '<sip:8007@pbx>', Contact: '<sip:x@pbx>' }, '8007'],
    [{ 'Remote-Party-ID': '"Desk" <sip:8008@pbx>;party=called', Contact: '<sip:x@pbx>' }, '8008'],
    [{ Contact: '<sip:8009@10.0.0.2:5060>' }, '8009'],
    [{ Contact: '<sip:8001@10.0.0.2>' }, null],
    [{ 'P-Asserted-Identity': '<sip:8001@pbx>' }, '8001'],
    [{ Contact: '<sip:10.0.0.2>' }, null],
    [{ Contact: `<sip:${'9'.repeat(65)}@x>` }, null],
    [{}, null],
  ])('%j', (headers, agent) => {
    expect(agentOf(aMessage(headers as Record<string, string>), '8001')).toBe(agent);
  });
});

describe('tagOf', () => {
  it.each([
    ['<sip:a@b>;tag=1', '1'],
    ['<sip:a@b>;TAG=x.y;other', 'x.y'],
    ['<sip:a@b>', null],
    [undefined, null],
  ])('%s', (header, tag) => {
    expect(tagOf(header)).toBe(tag);
  });
});

describe('maxForwardsOf', () => {
  it('is what the request says, and that of a new request where it says nothing that can be read', () => {
    const of = (value: string) => maxForwardsOf(aMessage({ 'Max-Forwards': value }));
    expect([of('0'), of('7'), of(' 255 ')]).toEqual([0, 7, 255]);
    expect([of(''), of('256'), of('-1'), of('7, 8'), of('1e2')]).toEqual([70, 70, 70, 70, 70]);
    expect(maxForwardsOf(aMessage({}))).toBe(70);
  });
});
