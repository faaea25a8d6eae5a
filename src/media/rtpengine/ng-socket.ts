import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** Datagrams to and from one engine. Nothing in here throws. */
export interface NgSocket {
  send(datagram: Buffer): void;
  close(): void;
}

export interface NgSocketEvents {
  onDatagram(datagram: Buffer): void;
  /** The network says something, such as ECONNREFUSED when nobody listens there. */
  onTrouble(reason: string): void;
}

export type OpenNgSocket = (host: string, port: number, events: NgSocketEvents) => NgSocket;

/**
 * A UDP socket that is connected to the engine, so that the kernel drops what others send and tells when the
 * port is closed. What is sent before the socket is ready is sent once it is.
 *
 * @param host IP address.
 */
export const openNgSocket: OpenNgSocket = (host, port, events) => {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  let waiting: Buffer[] | null = [];
  let closed = false;
  const send = (datagram: Buffer): void => {
    socket.send(datagram, (error) => {
      if (error !== null && !closed) events.onTrouble(error.message);
    });
  };
  socket.on('message', (datagram) => events.onDatagram(datagram));
  socket.on('error', (error) => {
    if (!closed) events.onTrouble(error.message);
  });
  socket.on('connect', () => {
    for (const datagram of waiting ?? []) send(datagram);
    waiting = null;
  });
  socket.unref();
  socket.connect(port, host);
  return {
    send(datagram) {
      if (closed) return;
      if (waiting === null) send(datagram);
      else waiting.push(datagram);
    },
    close() {
      if (closed) return;
      closed = true;
      socket.close();
    },
  };
};
