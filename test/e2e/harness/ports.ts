import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const lowest = 20_000;
// Below Linux's range of ephemeral ports, so that an outgoing connection does not take one meanwhile.
const highest = 32_000;
const given = new Set<number>();

/** A port of 127.0.0.1 that is free for UDP and TCP now and that this process did not give out before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (given.has(port)) continue;
    if ((await freeForUdp(port)) && (await freeForTcp(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`no free port found between ${lowest} and ${highest} on 127.0.0.1`);
}

function freeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

function freeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** True when some process has this UDP port of 127.0.0.1 (or of all addresses) bound, as the kernel lists it. */
export function udpPortBound(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const table = readFileSync('/proc/net/udp', 'utf8');
  return new RegExp(`: (0100007F|00000000):${hex} `).test(table);
}
