import { expect, test } from 'vitest';
import type { Core, DialogTransport } from '../../../../src/sip/dialog/core.js';
import type { Route } from '../../../../src/sip/dialog/hop.js';
import { findRoute, hiddenHost, isMyself, isPrivate } from '../../../../src/sip/dialog/next-hop.js';
import { Headers } from '../../../../src/sip/message/headers.js';
import { NO_BODY, SipRequest } from '../../../../src/sip/message/message.js';
import type { Target } from '../../../../src/sip/resolve/locate.js';
import type { Flow, Listener, Transport } from '../../../../src/sip/transport/flow.js';

const listener = (transport: Transport): Listener => ({
  transport,
  family: 4,
  host: '198.51.100.1',
  port: 5060,
  publicHost: '198.51.100.1',
  publicPort: 5060,
});

const flow = (transport: Transport, remoteHost: string, open = true): Flow => ({
  key: `${transport} ${remoteHost}`,
  listener: listener(transport),
  remoteHost,
  remotePort: 40_000,
  reliable: transport !== 'udp',
  open,
  send: () => undefined,
});

const asked: Target[] = [];

function route(
  uri: string,
  known: Flow | null = null,
  preferred: Listener | null = null,
  hidden: string | null = null,
): string {
  const transport: DialogTransport = {
    listeners: [listener('udp'), listener('tcp'), listener('tls'), listener('ws')],
    select: (destination) => listener(destination.transport),
    flow: () => flow('udp', '0.0.0.0'),
    flowOf: () => null,
    resolve: (target, then) => {
      asked.push(target);
      then([]);
    },
    send: () => undefined,
  };
  let text = 'nothing';
  // Only the transports are looked at.
  const core = { transport } as unknown as Core;
  findRoute(
    core,
    uri,
    preferred,
    (found: Route) => {
      if (!found.ok) text = found.reason;
      else {
        const { destination } = found;
        text = `${found.flow === null ? '' : 'flow '}${destination.transport} ${destination.host}:${destination.port}`;
      }
    },
    { flow: known, hiddenHost: hidden },
  );
  return text;
}

const NAT = flow('udp', '203.0.113.7');

test.each<[string, string, Flow | null, string]>([
  ['an address is sent to', 'sip:a@192.0.2.1:5070', NAT, 'udp 192.0.2.1:5070'],
  ['the transport of the URI counts', 'sip:a@192.0.2.1;transport=TCP', null, 'tcp 192.0.2.1:5060'],
  ['TLS has its own port', 'sip:a@192.0.2.1;transport=tls', null, 'tls 192.0.2.1:5061'],
  ['sips is TLS', 'sips:a@192.0.2.1', null, 'tls 192.0.2.1:5061'],
  ['maddr comes before the host', 'sip:a@192.0.2.1;maddr=192.0.2.2', null, 'udp 192.0.2.2:5060'],
  [
    'a private contact of a public peer is behind NAT',
    'sip:a@192.168.1.5:5060',
    NAT,
    'flow udp 203.0.113.7:40000',
  ],
  [
    'a private contact of a private peer is itself',
    'sip:a@10.0.0.5',
    flow('udp', '10.0.0.1'),
    'udp 10.0.0.5:5060',
  ],
  ['a host that cannot exist is on its flow', 'sip:a@x.invalid', NAT, 'flow udp 203.0.113.7:40000'],
  ['ob asks for the flow', 'sip:a@192.0.2.1;ob', NAT, 'flow udp 203.0.113.7:40000'],
  [
    'a WebSocket client is on its flow',
    'sip:a@x;transport=ws',
    flow('wss', '203.0.113.7'),
    'flow wss 203.0.113.7:40000',
  ],
  ['a closed flow leads nowhere', 'sip:a@x.invalid', flow('tcp', '203.0.113.7', false), 'udp :5060'],
  ['another scheme cannot be sent to', 'tel:110', NAT, 'cannot send to tel:110'],
  [
    'nor can a transport that there is not',
    'sip:a@192.0.2.1;transport=sctp',
    null,
    'transport of sip:a@192.0.2.1;transport=sctp is not supported',
  ],
])('%s', (_what, uri, known, expected) => {
  expect(route(uri, known)).toBe(expected);
});

test('a name is asked for with what the URI and our listeners say', () => {
  asked.length = 0;
  route('sips:a@example.com');
  route('sip:a@example.com:5070', null, listener('tcp'));
  expect(asked).toMatchObject([
    { host: 'example.com', port: null, transport: 'tls', secure: true },
    {
      host: 'example.com',
      port: 5070,
      transport: 'tcp',
      secure: false,
      available: ['udp', 'tcp', 'tls', 'ws'],
    },
  ]);
});

test('private addresses', () => {
  const yes = [
    '10.1.2.3',
    '172.16.0.1',
    '172.31.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '169.254.1.1',
    'fd00::1',
    '::1',
  ];
  const no = ['11.0.0.1', '172.32.0.1', '192.169.0.1', '100.128.0.1', '2001:db8::1', 'example.com'];
  expect(yes.filter(isPrivate)).toEqual(yes);
  expect(no.filter(isPrivate)).toEqual([]);
});

test('a peer behind NAT inside a private network is reached on its flow, a proxy on the way is not', () => {
  const inside = flow('udp', '10.1.1.1');
  expect(route('sip:a@192.168.1.5:5060', inside, null, '192.168.1.5')).toBe('flow udp 10.1.1.1:40000');
  expect(route('sip:proxy@192.168.1.9:5060;lr', inside, null, '192.168.1.5')).toBe('udp 192.168.1.9:5060');
});

test.each([
  ['hides', '192.168.1.5:5099;rport', 'sip:a@192.168.1.5:5099', '192.168.1.5'],
  ['hides, on IPv6', '[fd00::5];rport', 'sip:a@[fd00::5]', 'fd00::5'],
  ['does not ask for answers to where it sends from', '192.168.1.5:5099', 'sip:a@192.168.1.5:5099', null],
  ['is where it says', '10.1.1.1:5099;rport', 'sip:a@10.1.1.1:5099', null],
  ['is behind a proxy', '10.1.1.9;rport', 'sip:a@192.168.1.5', null],
  ['has a public address', '192.0.2.5;rport', 'sip:a@192.0.2.5', null],
  ['has a name', 'pbx.example.org;rport', 'sip:a@pbx.example.org', null],
])('a peer that %s', (_, sentBy, contact, expected) => {
  const headers = new Headers()
    .add('Via', `SIP/2.0/UDP ${sentBy};branch=z9hG4bK1`)
    .add('Contact', `<${contact}>`);
  const request = new SipRequest('INVITE', 'sip:110@10.0.0.1', headers, NO_BODY);
  expect(hiddenHost(request, flow('udp', '10.1.1.1'))).toBe(expected);
});

test('our own IPv6 address is known in every spelling', () => {
  const own: Listener = { ...listener('udp'), family: 6, host: '2001:db8::1', publicHost: 'SIP.example.org' };
  const core = { transport: { listeners: [own] } } as unknown as Core;
  const mine = (host: string): boolean => isMyself(core, { transport: 'udp', host, port: 5060 });
  expect(['2001:DB8:0:0::1', '2001:db8::0.0.0.1', 'sip.EXAMPLE.org'].map(mine)).toEqual([true, true, true]);
  expect(['2001:db8::2', '2001:db8::1%eth0', ':::', '::1'].map(mine)).toEqual([false, false, false, false]);
});
