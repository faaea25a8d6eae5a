import { isIP } from 'node:net';
import type { Destination, Transport } from '../transport/flow.js';
import type { DnsClient, NaptrRecord, SrvRecord } from './dns-client.js';

/** What a request is to reach. */
export interface Target {
  readonly host: string;
  /** `null` when the URI names none. */
  readonly port: number | null;
  /** From the URI's parameter or the dialog; `null` leaves it to DNS. */
  readonly transport: Transport | null;
  readonly secure: boolean;
  /** Transports that there are listeners for. */
  readonly available: readonly Transport[];
}

export interface Locator {
  readonly dns: DnsClient;
  /** A whole number from 0 to `below` - 1, to choose by weight. */
  readonly random: (below: number) => number;
}

/** Most destinations that are tried one after the other. */
const MOST = 8;

/** Services that NAPTR records name (RFC 3263 §4.1, RFC 7118 §7). */
const SERVICES: Readonly<Record<string, Transport>> = {
  'SIP+D2U': 'udp',
  'SIP+D2T': 'tcp',
  'SIPS+D2T': 'tls',
};

export const defaultPort = (transport: Transport): number => {
  if (transport === 'tls') return 5061;
  if (transport === 'ws') return 80;
  return transport === 'wss' ? 443 : 5060;
};

/** Where to send a request, best first (RFC 3263 §4); empty when the name leads nowhere. */
export async function locate(locator: Locator, target: Target): Promise<Destination[]> {
  const { host, port, transport, secure } = target;
  const domain = host;
  const plain: Transport = transport ?? fallback(target);
  if (isIP(host) !== 0) return [{ transport: plain, host, port: port ?? defaultPort(plain), domain }];
  const found: Destination[] = [];
  if (port === null && hasServices(host)) {
    for (const service of await services(locator, target)) {
      for (const record of await locator.dns.srv(service.name).then((all) => inOrder(all, locator))) {
        for (const address of await addresses(locator, record.name)) {
          if (found.length < MOST)
            found.push({ transport: service.transport, host: address, port: record.port, domain });
        }
      }
    }
  }
  if (found.length > 0) return found;
  const own = secure && transport === null ? 'tls' : plain;
  for (const address of await addresses(locator, host)) {
    if (found.length < MOST)
      found.push({ transport: own, host: address, port: port ?? defaultPort(own), domain });
  }
  return found;
}

/** Without DNS's word: TLS for sips, else UDP where we have it (RFC 3263 §4.1). */
function fallback({ secure, available }: Target): Transport {
  if (secure) return 'tls';
  return available.includes('udp') ? 'udp' : (available[0] ?? 'udp');
}

/** RFC 6761: nobody keeps service records for these, and a single label is a host of the neighbourhood. */
function hasServices(host: string): boolean {
  return host.includes('.') && !/\.(invalid|localhost|local|test)\.?$/i.test(host);
}

async function addresses({ dns }: Locator, name: string): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name];
  return /(^|\.)invalid\.?$/i.test(name) ? [] : dns.addresses(name);
}

interface Service {
  readonly name: string;
  readonly transport: Transport;
}

const label = (transport: Transport): string => {
  if (transport === 'tls') return '_sips._tcp';
  return transport === 'udp' ? '_sip._udp' : '_sip._tcp';
};

/** The SRV names to ask for: what NAPTR says, else one for each transport that we have. */
async function services({ dns }: Locator, target: Target): Promise<readonly Service[]> {
  const { host, transport, secure, available } = target;
  if (transport !== null) return [{ name: `${label(transport)}.${host}`, transport }];
  const usable = (candidate: Transport): boolean =>
    available.includes(candidate) && (!secure || candidate === 'tls');
  const named: Service[] = [];
  for (const record of [...(await dns.naptr(host))].sort(byOrder)) {
    const candidate = SERVICES[record.service.toUpperCase()];
    if (candidate !== undefined && record.flags.toLowerCase() === 's' && usable(candidate)) {
      named.push({ name: record.replacement, transport: candidate });
    }
  }
  if (named.length > 0) return named;
  return (['tls', 'tcp', 'udp'] as const)
    .filter(usable)
    .filter((candidate) => secure || candidate !== 'tls')
    .reverse()
    .map((candidate) => ({ name: `${label(candidate)}.${host}`, transport: candidate }));
}

const byOrder = (a: NaptrRecord, b: NaptrRecord): number => a.order - b.order || a.preference - b.preference;

/** By priority, and by weighted chance among equals (RFC 2782). */
function inOrder(records: readonly SrvRecord[], { random }: Locator): SrvRecord[] {
  const left = records.filter(({ name }) => name !== '.' && name !== '');
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    const priority = Math.min(...left.map((record) => record.priority));
    // RFC 2782 puts the records of weight 0 first, so that they are chosen seldom but not never.
    const equals = left.filter((record) => record.priority === priority).sort((a, b) => a.weight - b.weight);
    const total = equals.reduce((sum, record) => sum + record.weight, 0);
    let rest = random(total + 1);
    const chosen = equals.find((record) => {
      rest -= record.weight;
      return rest <= 0;
    });
    const next = chosen ?? equals[0];
    if (next === undefined) break;
    ordered.push(next);
    left.splice(left.indexOf(next), 1);
  }
  return ordered;
}
