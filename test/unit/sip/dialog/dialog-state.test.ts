import { expect, test } from 'vitest';
import {
  addressRequest,
  contactUri,
  type DialogState,
  refreshTarget,
  uacDialogState,
  uasDialogState,
} from '../../../../src/sip/dialog/dialog-state.js';
import { withOwnHost } from '../../../../src/sip/dialog/fill.js';
import { Headers } from '../../../../src/sip/message/headers.js';
import { NO_BODY, SipRequest, SipResponse } from '../../../../src/sip/message/message.js';

const headers = new Headers()
  .add('From', '"A" <sip:a@b>;tag=caller')
  .add('To', '<sip:c@d>')
  .add('Call-ID', 'id')
  .add('CSeq', '17 INVITE')
  .add('Record-Route', '<sip:p1;lr>, <sip:p2;lr>')
  .add('Record-Route', '<sip:p3;lr>')
  .add('Contact', '"x" <sip:a@10.0.0.1:5070;ob>;expires=9');
const invite = new SipRequest('INVITE', 'sip:c@d', headers, NO_BODY);

test('the answering side takes the route as recorded (RFC 3261 12.1.1)', () => {
  expect(uasDialogState(invite, '<sip:c@d>;tag=answer', 'answer')).toEqual<DialogState>({
    callId: 'id',
    localTag: 'answer',
    remoteTag: 'caller',
    local: '<sip:c@d>;tag=answer',
    remote: '"A" <sip:a@b>;tag=caller',
    localSeq: 0,
    remoteSeq: 17,
    routeSet: ['<sip:p1;lr>', '<sip:p2;lr>', '<sip:p3;lr>'],
    remoteTarget: 'sip:a@10.0.0.1:5070;ob',
  });
});

test('the calling side takes it backwards (RFC 3261 12.1.2)', () => {
  const ok = new Headers()
    .add('To', '<sip:c@d>;tag=answer')
    .add('Record-Route', '<sip:p1;lr>,<sip:p2;lr>')
    .add('Contact', 'sip:c@10.0.0.2;x=header-parameter');
  expect(uacDialogState(invite, new SipResponse(200, 'OK', ok, NO_BODY))).toMatchObject({
    localTag: 'caller',
    remoteTag: 'answer',
    localSeq: 17,
    remoteSeq: -1,
    routeSet: ['<sip:p2;lr>', '<sip:p1;lr>'],
    remoteTarget: 'sip:c@10.0.0.2',
  });
});

test('requests go through loose and strict routers (RFC 3261 12.2.1.1)', () => {
  const state = uasDialogState(invite, '', 'x');
  const target = state.remoteTarget;
  expect(addressRequest({ ...state, routeSet: [] })).toEqual({
    requestUri: target,
    routes: [],
    nextHop: target,
  });
  expect(addressRequest(state)).toEqual({ requestUri: target, routes: state.routeSet, nextHop: 'sip:p1;lr' });
  expect(addressRequest({ ...state, routeSet: ['<sip:strict?x=1>', '<sip:p2;lr>'] })).toEqual({
    requestUri: 'sip:strict',
    routes: ['<sip:p2;lr>', `<${target}>`],
    nextHop: 'sip:strict?x=1',
  });
  expect(
    refreshTarget(
      state,
      new SipRequest('UPDATE', 'sip:x', new Headers().add('Contact', '<sip:new>'), NO_BODY),
    ),
  ).toEqual({
    ...state,
    remoteTarget: 'sip:new',
  });
  expect(refreshTarget(state, new SipRequest('UPDATE', 'sip:x', new Headers(), NO_BODY))).toBe(state);
});

test('localhost stands for our own address, inside longer names it does not', () => {
  const listener = {
    transport: 'udp',
    family: 6,
    host: '::1',
    port: 5070,
    publicHost: '2001:db8::1',
    publicPort: 5060,
  } as const;
  expect(withOwnHost('<sip:a@localhost>;x=<sip:b@LOCALHOST:99>', listener)).toBe(
    '<sip:a@[2001:db8::1]:5060>;x=<sip:b@[2001:db8::1]:99>',
  );
  expect(withOwnHost('sip:a@localhost.invalid', listener)).toBe('sip:a@localhost.invalid');
});

test.each([
  ['sip:a@10.0.0.1:5070', 'sip:a@10.0.0.1:5070'],
  ['sip:a@10.0.0.1;transport=tcp?Replaces=x%3Bto-tag%3D1&Subject=y', 'sip:a@10.0.0.1;transport=tcp'],
  ['sip:a?b;c@10.0.0.1;lr;METHOD=INVITE;ob?', 'sip:a?b;c@10.0.0.1;lr;ob'],
  ['sips:a%20b@[2001:db8::1]:5061;x="a;b"', 'sips:a%20b@[2001:db8::1]:5061;x="a;b"'],
  ['tel:+86110;phone-context=+86', 'tel:+86110;phone-context=+86'],
])('the Contact %s is asked as %s', (contact, target) => {
  const gruu = '+sip.instance="<urn:uuid:0C67446E-F1A1-11D9-94D3-000A95A0E128>";q=0.5;expires=60';
  const value = `"Desk, \\"7\\" <sip:x@y>;z" <${contact}>;${gruu}, <sip:second@10.0.0.2>`;
  const request = new SipRequest('INVITE', 'sip:110@10.0.0.9', new Headers().add('Contact', value), NO_BODY);
  expect(contactUri(request)).toBe(target);
});
