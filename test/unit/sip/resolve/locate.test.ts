import { expect, test } from 'vitest';
import type { DnsClient, NaptrRecord, SrvRecord } from '../../../../src/sip/resolve/dns-client.js';
import { locate, type Target } from '../../../../src/sip/resolve/locate.js';
import { Resolver } from '../../../../src/sip/resolve/resolver.js';
import type { Destination } from '../../../../src/sip/transport/flow.js';
import { VirtualClock } from '../support/virtual-clock.js';

const srv = (name: string, port: number, priority = 0, weight = 0): SrvRecord => ({
  name,
  port,
  priority,
  weight,
});
const naptr = (order: number, service: string, replacement: string): NaptrRecord => ({
  order,
  preference: 0,
  flags: 's',
  service,
  replacement,
});

/** A zone that never changes, and what was asked of it. */
function zone(records: {
  naptr?: Record<string, NaptrRecord[]>;
  srv?: Record<string, SrvRecord[]>;
  addresses?: Record<string, string[]>;
}): { dns: DnsClient; asked: string[] } {
  const asked: string[] = [];
  const answer = <T>(kind: string, table: Record<string, T[]> | undefined) => {
    return async (name: string): Promise<readonly T[]> => {
      asked.push(`${kind} ${name}`);
      return table?.[name] ?? [];
    };
  };
  return {
    asked,
    dns: {
      naptr: answer('NAPTR', records.naptr),
      srv: answer('SRV', records.srv),
      addresses: answer('A', records.addresses),
    },
  };
}

const EXAMPLE = {
  naptr: {
    'example.com': [
      naptr(90, 'SIP+D2T', '_sip._tcp.example.com'),
      naptr(50, 'SIPS+D2T', '_sips._tcp.example.com'),
      naptr(10, 'SIP+D2S', '_sip._sctp.example.com'),
    ],
  },
  srv: {
    '_sips._tcp.example.com': [srv('s1.example.com', 5071)],
    '_sip._tcp.example.com': [srv('s2.example.com', 5070, 2), srv('s1.example.com', 5060, 1)],
    '_sip._udp.plain.example.com': [srv('s1.example.com', 5090)],
  },
  addresses: {
    's1.example.com': ['192.0.2.1', '2001:db8::1'],
    's2.example.com': ['192.0.2.2'],
    'host.example.com': ['192.0.2.9'],
    'plain.example.com': ['192.0.2.8'],
  },
};

const show = ({ transport, host, port }: Destination): string => `${transport} ${host} ${port}`;

async function found(wanted: Partial<Target>): Promise<string[]> {
  const target: Target = {
    host: 'example.com',
    port: null,
    transport: null,
    secure: false,
    available: ['udp', 'tcp', 'tls'],
    ...wanted,
  };
  return (await locate({ dns: zone(EXAMPLE).dns, random: () => 0 }, target)).map(show);
}

test.each<[string, Partial<Target>, string[]]>([
  [
    'NAPTR in its order, services that we lack left out, then SRV by priority',
    {},
    [
      'tls 192.0.2.1 5071',
      'tls 2001:db8::1 5071',
      'tcp 192.0.2.1 5060',
      'tcp 2001:db8::1 5060',
      'tcp 192.0.2.2 5070',
    ],
  ],
  [
    'a transport in the URI leaves NAPTR out',
    { transport: 'tcp' },
    ['tcp 192.0.2.1 5060', 'tcp 2001:db8::1 5060', 'tcp 192.0.2.2 5070'],
  ],
  ['sips takes TLS alone', { secure: true }, ['tls 192.0.2.1 5071', 'tls 2001:db8::1 5071']],
  ['a port leaves SRV out', { host: 'host.example.com', port: 5080 }, ['udp 192.0.2.9 5080']],
  [
    'without NAPTR, SRV names are guessed',
    { host: 'plain.example.com' },
    ['udp 192.0.2.1 5090', 'udp 2001:db8::1 5090'],
  ],
  ['without SRV, addresses with the default port', { host: 'host.example.com' }, ['udp 192.0.2.9 5060']],
  ['the default port of TLS', { host: 'host.example.com', transport: 'tls' }, ['tls 192.0.2.9 5061']],
  ['an address is itself', { host: '192.0.2.7' }, ['udp 192.0.2.7 5060']],
  ['an unknown name', { host: 'nobody.example.com' }, []],
  ['a name that cannot exist', { host: 'host.invalid' }, []],
])('%s', async (_what, wanted, expected) => {
  expect(await found(wanted)).toEqual(expected);
});

test('equal priorities are chosen by weight', async () => {
  const records = {
    srv: { '_sip._udp.a.example': [srv('light.example', 1, 1, 10), srv('heavy.example', 2, 1, 90)] },
    addresses: { 'light.example': ['192.0.2.1'], 'heavy.example': ['192.0.2.2'] },
  };
  const target: Target = {
    host: 'a.example',
    port: null,
    transport: 'udp',
    secure: false,
    available: ['udp'],
  };
  const first = async (at: number): Promise<number | undefined> =>
    (await locate({ dns: zone(records).dns, random: (below) => Math.min(at, below - 1) }, target))[0]?.port;
  const chosen = await Promise.all(Array.from({ length: 101 }, (_value, at) => first(at)));
  expect(chosen.filter((port) => port === 2)).toHaveLength(90);
  expect(chosen.filter((port) => port === 1)).toHaveLength(11);
});

test('an answer is asked for once in a burst, kept for 30 s, and an empty one for 5 s', async () => {
  const clock = new VirtualClock();
  const { dns, asked } = zone(EXAMPLE);
  const resolver = new Resolver(clock, { dns, random: () => 0 });
  const ask = (host: string): Promise<readonly Destination[]> =>
    new Promise((resolve) => {
      resolver.resolve({ host, port: 5060, transport: null, secure: false, available: ['udp'] }, resolve);
    });
  await Promise.all([ask('host.example.com'), ask('host.example.com'), ask('none.example.com')]);
  expect(asked).toEqual(['A host.example.com', 'A none.example.com']);
  clock.advance(6_000);
  await Promise.all([ask('host.example.com'), ask('none.example.com')]);
  expect(asked.slice(2)).toEqual(['A none.example.com']);
  clock.advance(25_000);
  expect((await ask('host.example.com')).map(show)).toEqual(['udp 192.0.2.9 5060']);
  expect(asked.slice(3)).toEqual(['A host.example.com']);
});
