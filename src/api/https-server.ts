import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';

/** A certificate chain with its private key, as its files are. */
export interface ServerCertificates {
  /** PEM. */
  readonly current: { readonly cert: Buffer; readonly key: Buffer };
  /** From now on `user` is given each new pair. */
  serve(user: { setSecureContext(pair: { readonly cert: Buffer; readonly key: Buffer }): void }): void;
  stop(): void;
}

/** How long a TLS handshake may take; milliseconds. */
const HANDSHAKE_MS = 10_000;
/** How long a connection that has nothing to ask stays open; milliseconds, as fastify has it for HTTP. */
const KEEP_ALIVE_MS = 72_000;

/** A server for HTTPS that takes new certificates while it serves; not listening yet. */
export function httpsServer(
  certificates: ServerCertificates,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const options = { ...certificates.current, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS } as const;
  const server = createServer(options, handler);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // A peer that speaks no TLS, or does not trust us.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('close', () => certificates.stop());
  certificates.serve(server);
  return server;
}
