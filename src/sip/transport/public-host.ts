import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The address that peers can answer to for a bound address: itself, or for a wildcard the first outer interface. */
export function publicHostOf(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host;
  const family = isIPv6(host) ? 'IPv6' : 'IPv4';
  for (const addresses of Object.values(networkInterfaces())) {
    for (const entry of addresses ?? []) {
      if (!entry.internal && entry.family === family && !entry.address.startsWith('fe80:'))
        return entry.address;
    }
  }
  return family === 'IPv6' ? '::1' : '127.0.0.1';
}
