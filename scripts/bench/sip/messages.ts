/** Messages of a call with a transfer and of a registration, as phones and trunks write them. */

const sdp = [
  'v=0',
  'o=- 3967240521 3967240522 IN IP4 192.0.2.17',
  's=call',
  'c=IN IP4 192.0.2.17',
  't=0 0',
  'm=audio 40016 RTP/AVP 8 0 18 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:18 G729/8000',
  'a=fmtp:18 annexb=no',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
  'a=sendrecv',
  '',
].join('\r\n');

const caller = '"Citizen" <sip:13912345678@192.0.2.17;user=phone>;tag=as6f1c4b2e';
const called = '<sip:12345@sip.example.org;user=phone>';
const vias = [
  'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK2d4790cf3ea5ff65;rport',
  'Via: SIP/2.0/UDP 192.0.2.17:5062;received=192.0.2.17;branch=z9hG4bK-524287-1---7d1e0fb3;rport=5062',
];
const routes = ['Record-Route: <sip:192.0.2.10;lr;ftag=as6f1c4b2e>'];
const allow =
  'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH, MESSAGE, UPDATE';
const contact = 'Contact: <sip:13912345678@192.0.2.17:5062;transport=udp;ob>';
const answerer = 'Contact: <sip:12345@198.51.100.4:5060;transport=udp>';

function message(lines: readonly string[], type = 'application/sdp', body = ''): Buffer {
  const typed = body === '' ? [] : [`Content-Type: ${type}`];
  const head = [...lines, ...typed, `Content-Length: ${Buffer.byteLength(body)}`];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** The headers that all messages of the call have. */
function common(tag: string, cseq: string): string[] {
  return [
    ...vias,
    `From: ${caller}`,
    `To: ${called}${tag}`,
    'Call-ID: 7a1f0c5e-4b62-11ef-9c3d-0242ac120002@192.0.2.17',
    `CSeq: ${cseq}`,
  ];
}

export const realisticMessages: readonly { readonly name: string; readonly bytes: Buffer }[] = [
  {
    name: 'INVITE',
    bytes: message(
      [
        'INVITE sip:12345@sip.example.org;user=phone SIP/2.0',
        ...routes,
        ...common('', '102 INVITE'),
        contact,
        'Max-Forwards: 69',
        'P-Asserted-Identity: "Citizen" <sip:+8613912345678@carrier.example.net;user=phone>',
        'User-Agent: Trunk gateway 4.2',
        allow,
        'Supported: replaces, timer, 100rel, histinfo',
        'Session-Expires: 1800;refresher=uac',
        'Min-SE: 90',
      ],
      'application/sdp',
      sdp,
    ),
  },
  {
    name: '180',
    bytes: message([
      'SIP/2.0 180 Ringing',
      ...routes,
      ...common(';tag=1c8f3a', '102 INVITE'),
      answerer,
      'Server: Desk phone 2.8',
    ]),
  },
  {
    name: '200 INVITE',
    bytes: message(
      [
        'SIP/2.0 200 OK',
        ...routes,
        ...common(';tag=1c8f3a', '102 INVITE'),
        answerer,
        'Server: Desk phone 2.8',
        allow,
        'Supported: replaces, timer',
      ],
      'application/sdp',
      sdp,
    ),
  },
  {
    name: 'ACK',
    bytes: message([
      'ACK sip:12345@198.51.100.4:5060;transport=udp SIP/2.0',
      ...common(';tag=1c8f3a', '102 ACK'),
      contact,
      'Max-Forwards: 69',
    ]),
  },
  {
    name: 'REFER',
    bytes: message([
      'REFER sip:13912345678@192.0.2.17:5062;transport=udp;ob SIP/2.0',
      ...common(';tag=1c8f3a', '7 REFER'),
      answerer,
      'Max-Forwards: 70',
      'Refer-To: <sip:110@sip.example.org;user=phone>',
      'Referred-By: <sip:12345@sip.example.org>',
      'User-Agent: Desk phone 2.8',
      'Supported: replaces, norefersub',
    ]),
  },
  {
    name: 'BYE',
    bytes: message([
      'BYE sip:12345@198.51.100.4:5060;transport=udp SIP/2.0',
      ...common(';tag=1c8f3a', '103 BYE'),
      contact,
      'Max-Forwards: 69',
      'Reason: Q.850;cause=16;text="Normal call clearing"',
    ]),
  },
  {
    name: '200 BYE',
    bytes: message([
      'SIP/2.0 200 OK',
      ...common(';tag=1c8f3a', '103 BYE'),
      answerer,
      'Server: Desk phone 2.8',
    ]),
  },
  {
    name: 'REGISTER',
    bytes: message([
      'REGISTER sip:sip.example.org SIP/2.0',
      'Via: SIP/2.0/UDP 198.51.100.4:5060;branch=z9hG4bK.kz7Y~RxV3;rport',
      'From: <sip:agent7@sip.example.org>;tag=VxVgNmcRP',
      'To: sip:agent7@sip.example.org',
      'Call-ID: a~xVJ4v9Rm',
      'CSeq: 21 REGISTER',
      'Contact: <sip:agent7@198.51.100.4:5060;transport=udp>;expires=3600;+sip.instance="<urn:uuid:0a8b7d3e-3f53-4c11-a0a4-8a7c1e4a6f30>"',
      'Max-Forwards: 70',
      'Authorization: Digest realm="sip.example.org", nonce="5f3c1a", algorithm=MD5, username="agent7", uri="sip:sip.example.org", response="0cf9a7e1b1c3c3a6dd5f4b1f1a2b3c4d", cnonce="k7", nc=00000001, qop=auth',
      'Supported: replaces, outbound, gruu, path',
      'User-Agent: Soft phone 5.1',
    ]),
  },
];
