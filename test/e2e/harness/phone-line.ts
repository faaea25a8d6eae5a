import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { SipMessage } from '../../../src/sip/message/message.js';
import { type ParseResult, parseDatagram } from '../../../src/sip/message/parse.js';
import { StreamFramer } from '../../../src/sip/transport/stream-framer.js';

/** What a phone is connected to its server by. */
export interface PhoneLine {
  readonly transport: 'udp' | 'tcp' | 'ws' | 'wss';
  /** Our own end; a WebSocket's is not known. */
  readonly port: number;
  send(text: string): void;
  close(): Promise<void>;
}

export interface LineTo {
  readonly transport: PhoneLine['transport'];
  readonly port: number;
  /** Our own port, for UDP; any when left out. */
  readonly from?: number;
  /** Certificate that a wss server may have. */
  readonly ca?: Buffer;
}

const MAX_BYTES = 65_536;

/** Connect to a server on 127.0.0.1. */
export function openLine(to: LineTo, heard: (message: SipMessage) => void): Promise<PhoneLine> {
  const take = (result: ParseResult): void => {
    if (result.ok) heard(result.message);
  };
  if (to.transport === 'udp') return udpLine(to, take);
  return to.transport === 'tcp' ? tcpLine(to, take) : webSocketLine(to, take);
}

async function udpLine({ port, from }: LineTo, take: (result: ParseResult) => void): Promise<PhoneLine> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => take(parseDatagram(bytes)));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(from ?? 0, '127.0.0.1', resolve);
  });
  return {
    transport: 'udp',
    port: socket.address().port,
    send: (text) => socket.send(text, port, '127.0.0.1'),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

async function tcpLine({ port }: LineTo, take: (result: ParseResult) => void): Promise<PhoneLine> {
  const socket = connect(port, '127.0.0.1');
  const framer = new StreamFramer(MAX_BYTES, true);
  socket.on('data', (chunk) => {
    for (const item of framer.push(chunk)) if (item.type === 'message') take(item.result);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', resolve);
  });
  socket.on('error', () => undefined);
  return {
    transport: 'tcp',
    port: socket.localPort ?? 0,
    send: (text) => void socket.write(text),
    close: () => new Promise((resolve) => socket.end(() => resolve())),
  };
}

async function webSocketLine(to: LineTo, take: (result: ParseResult) => void): Promise<PhoneLine> {
  const { transport, port, ca } = to;
  const socket = new WebSocket(`${transport}://127.0.0.1:${port}`, 'sip', ca === undefined ? {} : { ca });
  socket.on('message', (data: Buffer) => take(parseDatagram(data)));
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => resolve());
  });
  socket.on('error', () => undefined);
  return {
    transport,
    port: 0,
    send: (text) => socket.send(text),
    close: () =>
      new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.close();
      }),
  };
}
