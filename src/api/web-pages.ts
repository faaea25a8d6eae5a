import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/**
 * What a page of ours may do in a browser: run our scripts, talk to this server and, as a phone, to its SIP server,
 * and stand in no page of others. Element Plus writes styles into elements.
 */
const POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Files whose names change with what is in them. */
const LASTING = /\/assets\//;

/**
 * The pages for browsers, as they were built: the desk of agents at /desk/,
 * the page of operations at /ops/. `folder` is where they are; without them (a build of
 * the server alone) nothing is served, and a 404 says what there is.
 */
export function webPages(app: FastifyInstance, folder: string): void {
  if (!existsSync(join(folder, 'desk', 'index.html'))) return;
  void app.register(fastifyStatic, {
    root: folder,
    prefix: '/',
    index: ['index.html'],
    // The router takes /desk for /desk/ by itself.
    redirect: false,
    wildcard: false,
    // The build has put them there.
    preCompressed: true,
    setHeaders(response, path) {
      response.header('content-security-policy', POLICY);
      response.header('vary', 'accept-encoding');
      response.header('referrer-policy', 'no-referrer');
      response.header('permissions-policy', 'microphone=(self), camera=()');
      response.header(
        'cache-control',
        LASTING.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}
