import { message, sdp } from '../torture/write.js';

/** The messages of calls as they should be; the fuzzer spoils them. */

function request(method: string, uri: string, seq: number, more: readonly string[], body = ''): Buffer {
  return message(
    [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKgood${seq}${method};rport`,
      'Max-Forwards: 70',
      'From: "A, B" <sip:12345@192.0.2.1>;tag=caller',
      `To: <sip:110@192.0.2.200>${seq > 1 ? ';tag=callee' : ''}`,
      'Call-ID: good-call@192.0.2.1',
      `CSeq: ${seq} ${method}`,
      'Contact: <sip:12345@192.0.2.1:5060;transport=udp>',
      ...more,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ],
    body,
  );
}

function response(status: string, method: string): Buffer {
  return message([
    `SIP/2.0 ${status}`,
    'Via: SIP/2.0/UDP 192.0.2.200:5060;branch=z9hG4bKours;rport=5060;received=192.0.2.200',
    'From: <sip:110@192.0.2.200>;tag=ours',
    'To: <sip:119@192.0.2.1>;tag=theirs',
    'Call-ID: another-call@192.0.2.200',
    `CSeq: 1 ${method}`,
    'Contact: <sip:119@192.0.2.1:5060>',
    'Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>',
    'Content-Length: 0',
  ]);
}

const TYPE = 'Content-Type: application/sdp';

export const GOOD_CALLS: readonly Buffer[] = [
  request('INVITE', 'sip:110@192.0.2.200', 1, [TYPE, 'Supported: timer, 100rel'], sdp('192.0.2.1')),
  request('ACK', 'sip:110@192.0.2.200', 1, []),
  request('CANCEL', 'sip:110@192.0.2.200', 1, ['Reason: SIP;cause=200;text="Call completed elsewhere"']),
  request('INVITE', 'sip:110@192.0.2.200', 2, [TYPE], sdp('192.0.2.1')),
  request('REFER', 'sip:110@192.0.2.200', 3, ['Refer-To: <sip:119@b?Replaces=x%3Bto-tag%3Da>']),
  request('NOTIFY', 'sip:110@192.0.2.200', 4, ['Event: refer', 'Subscription-State: terminated']),
  request('INFO', 'sip:110@192.0.2.200', 5, ['Content-Type: application/dtmf-relay'], 'Signal=5\r\n'),
  request('BYE', 'sip:110@192.0.2.200', 6, []),
  request('OPTIONS', 'sip:192.0.2.200', 1, ['Accept: application/sdp']),
  request('REGISTER', 'sip:192.0.2.200', 1, ['Expires: 300', 'Authorization: Digest username="a"']),
  response('100 Trying', 'INVITE'),
  response('180 Ringing', 'INVITE'),
  response('200 OK', 'INVITE'),
  response('486 Busy Here', 'INVITE'),
  response('200 OK', 'BYE'),
];
