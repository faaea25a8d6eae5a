import { createHash } from 'node:crypto';
import type { SipMessage } from '../../../src/sip/message/message.js';
import type { WirePeer } from './wire-peer.js';

/** What the peer knows of its caller. */
export const ACCOUNT = { username: 'onekey', password: 'open "sesame"' } as const;

/** Parameters of an Authorization or Proxy-Authorization header; empty when there is none. */
export function credentialsOf(request: SipMessage, header = 'Authorization'): Record<string, string> {
  const found: Record<string, string> = {};
  const form = /([a-z0-9-]+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]*))/gi;
  for (const [, name = '', quoted, bare] of (request.headers.get(header) ?? '').matchAll(form)) {
    found[name] = (quoted ?? bare ?? '').replace(/\\(.)/g, '$1');
  }
  return found;
}

/** Whether credentials are right for the request that they stand in, reckoned apart from the code under test. */
export function areRight(request: SipMessage, header = 'Authorization'): boolean {
  if (request.kind !== 'request') return false;
  const given = credentialsOf(request, header);
  const hash = (text: string): string =>
    createHash(given.algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const ha1 = hash(`${ACCOUNT.username}:${given.realm}:${ACCOUNT.password}`);
  const ha2 = hash(`${request.method}:${given.uri}`);
  const parts =
    given.qop === undefined
      ? [ha1, given.nonce, ha2]
      : [ha1, given.nonce, given.nc, given.cnonce, given.qop, ha2];
  return given.username === ACCOUNT.username && given.response === hash(parts.join(':'));
}

/** Refuses a request with challenges, and takes the ACK when it is an INVITE. */
export async function challenge(
  peer: WirePeer,
  port: number,
  request: SipMessage,
  challenges: readonly string[],
  status: '401 Unauthorized' | '407 Proxy Authentication Required' = '401 Unauthorized',
): Promise<void> {
  const name = status.startsWith('407') ? 'Proxy-Authenticate' : 'WWW-Authenticate';
  peer.answer(
    port,
    request,
    status,
    'challenged',
    challenges.map((value) => `${name}: ${value}`),
  );
  if (request.kind === 'request' && request.method === 'INVITE') await peer.expect('ACK');
}
