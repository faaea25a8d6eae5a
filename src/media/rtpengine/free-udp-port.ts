import { createSocket } from 'node:dgram';

/** A UDP port of this address that is free now; null when there is none, or the address is not of this machine. */
export function freeUdpPort(address: string): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', () => resolve(null));
    socket.bind({ port: 0, address, exclusive: true }, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
