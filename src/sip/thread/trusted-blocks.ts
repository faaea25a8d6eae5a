import { BlockList, isIPv6 } from 'node:net';
import { isLoopback } from '../guard/guard.js';
import type { TrustedBlock } from './messages.js';

/** Whether an address is in one of these blocks, or loopback. */
export function trustIn(blocks: readonly TrustedBlock[]): (host: string) => boolean {
  const list = new BlockList();
  for (const { address, bits, family } of blocks) {
    // A prefix of no bits, everybody, is refused by some versions of Node.
    if (bits === 0 && family === 6) list.addRange('::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ipv6');
    else if (bits === 0) list.addRange('0.0.0.0', '255.255.255.255', 'ipv4');
    else list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
  return (host) => isLoopback(host) || list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
