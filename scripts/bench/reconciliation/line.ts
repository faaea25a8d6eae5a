/** What a party of the load sends and hears SIP by: a UDP port, or a TCP port to which the server connects. */
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';

export type Transport = 'udp' | 'tcp';

export interface Line {
  readonly transport: Transport;
  readonly port: number;
  /** Lost when nobody is connected. */
  send(text: string): void;
  close(): void;
}

/** @param server UDP port of the server on 127.0.0.1 */
export function openLine(
  transport: Transport,
  port: number,
  server: number,
  heard: (text: string) => void,
): Promise<Line> {
  return transport === 'udp' ? udpLine(port, server, heard) : tcpLine(port, heard);
}

async function udpLine(port: number, server: number, heard: (text: string) => void): Promise<Line> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  socket.on('message', (bytes) => heard(bytes.toString('latin1')));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', resolve);
  });
  return {
    transport: 'udp',
    port,
    send: (text) => socket.send(Buffer.from(text, 'latin1'), server, '127.0.0.1'),
    close: () => socket.close(),
  };
}

async function tcpLine(port: number, heard: (text: string) => void): Promise<Line> {
  const connections = new Set<Socket>();
  const listener = createServer((socket) => {
    connections.add(socket);
    let rest = '';
    socket.on('data', (bytes) => {
      const { messages, left } = wholeMessages(rest + bytes.toString('latin1'));
      rest = left;
      for (const message of messages) heard(message);
    });
    socket.on('error', () => undefined);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, '127.0.0.1', resolve);
  });
  return {
    transport: 'tcp',
    port,
    send: (text) => void [...connections].at(-1)?.write(Buffer.from(text, 'latin1')),
    close: () => {
      listener.close();
      for (const socket of connections) socket.destroy();
    },
  };
}

/** Messages by their Content-Length (RFC 3261 §18.3). */
function wholeMessages(text: string): { readonly messages: readonly string[]; readonly left: string } {
  const messages: string[] = [];
  let left = text;
  for (;;) {
    left = left.replace(/^[\r\n]+/, '');
    const end = left.indexOf('\r\n\r\n');
    if (end === -1) return { messages, left };
    const length = Number(/^Content-Length: (\d+)/im.exec(left.slice(0, end))?.[1] ?? 0);
    if (left.length < end + 4 + length) return { messages, left };
    messages.push(left.slice(0, end + 4 + length));
    left = left.slice(end + 4 + length);
  }
}
