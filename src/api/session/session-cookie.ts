import type { FastifyReply, FastifyRequest } from 'fastify';

/** Name of the cookie that holds the key of a session. */
export const SESSION_COOKIE = 'onekey-session';

function cookieFor(request: FastifyRequest) {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
  } as const;
}

/** Give the browser the key of a session; it forgets it when it is closed. */
export function giveKey(request: FastifyRequest, reply: FastifyReply, key: string): void {
  void reply.setCookie(SESSION_COOKIE, key, cookieFor(request));
}

export function takeKey(request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(SESSION_COOKIE, cookieFor(request));
}

/**
 * Whether a request that changes something comes from a page of this server, as far as a browser tells: Sec-Fetch-Site
 * (W3C Fetch Metadata), else Origin (RFC 6454 §7). What sends neither is no browser, and nobody's cookies are with it.
 */
export function isFromOurPage(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin } = request.headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === request.host;
}
