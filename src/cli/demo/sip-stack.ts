import { randomUUID } from 'node:crypto';
import Srf from 'drachtio-srf';
import type { Trace } from '../../sip/log.js';
import { createSipServer } from '../../sip/server.js';

/** SIP of one phone: a server of our own on one UDP port, and drachtio-srf that is connected to it. */
export interface SipStack {
  readonly srf: Srf;
  /** Port of its SIP, UDP. */
  readonly port: number;
  close(): Promise<void>;
}

export interface SipStackOptions {
  /** Address of this machine to use, e.g. 127.0.0.1. */
  readonly host: string;
  /** A free one when left out. */
  readonly port?: number;
  /** Sees every message. */
  readonly trace?: Trace;
}

/** Rejects when the port is taken. */
export async function openSipStack({ host, port = 0, trace }: SipStackOptions): Promise<SipStack> {
  const secret = randomUUID();
  const server = createSipServer({
    listeners: [{ transport: 'udp', host, port }],
    control: { host: '127.0.0.1', port: 0, secret },
    ...(trace === undefined ? {} : { trace }),
  });
  const { listeners, control } = await server.start();
  const [listener] = listeners;
  if (listener === undefined) throw new Error('the SIP server of a phone has no listener');
  const srf = new Srf();
  // Without a listener an error of the connection would end the program; a phone that is closed has none to lose.
  srf.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    srf.on('connect', (error: Error | null) => (error === null ? resolve() : reject(error)));
    void srf.connect({ host: control.host, port: control.port, secret });
  });
  return {
    srf,
    port: listener.port,
    close: async () => {
      srf.disconnect();
      await server.stop();
    },
  };
}
