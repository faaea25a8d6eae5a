import { parseCount } from './params.js';

/** A SIP or SIPS URI (RFC 3261 §19.1); `params` and `headers` stay raw text. */
export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  readonly user: string;
  /** Without the brackets of an IPv6 reference. */
  readonly host: string;
  /** `null` when the URI names none. */
  readonly port: number | null;
  /** From the first `;` on, or empty. */
  readonly params: string;
  /** What follows `?`, or empty. */
  readonly headers: string;
}

/** The scheme of any URI in lower case, or `''`. */
export function schemeOf(uri: string): string {
  const colon = uri.indexOf(':');
  if (colon < 0) return '';
  const scheme = uri.slice(0, colon);
  return scheme === 'sip' ? 'sip' : scheme.toLowerCase();
}

/** Reads `host`, `host:port` or `[v6]:port`; blanks around the colon are allowed, as in a Via. */
export function parseHostPort(text: string): { host: string; port: number | null } | null {
  let host: string;
  let rest: string;
  if (text.charCodeAt(0) === 91) {
    const end = text.indexOf(']');
    if (end < 0) return null;
    host = text.slice(1, end);
    rest = text.slice(end + 1).trim();
  } else {
    const colon = text.indexOf(':');
    host = (colon < 0 ? text : text.slice(0, colon)).trim();
    rest = colon < 0 ? '' : text.slice(colon);
  }
  if (host === '' || host.includes(' ')) return null;
  if (rest === '') return { host, port: null };
  if (rest.charCodeAt(0) !== 58) return null;
  const port = parseCount(rest.slice(1).trim(), 65_535);
  return port === null ? null : { host, port };
}

/** Reads a `sip:` or `sips:` URI; `null` for another scheme or a malformed one. */
export function parseUri(uri: string): SipUri | null {
  const scheme = schemeOf(uri);
  if (scheme !== 'sip' && scheme !== 'sips') return null;
  const rest = uri.slice(scheme.length + 1);
  const at = rest.indexOf('@');
  const user = at < 0 ? '' : rest.slice(0, at);
  let address = rest.slice(at + 1);
  let headers = '';
  const question = address.indexOf('?');
  if (question >= 0) {
    headers = address.slice(question + 1);
    address = address.slice(0, question);
  }
  const semicolon = address.indexOf(';');
  const params = semicolon < 0 ? '' : address.slice(semicolon);
  const hostPort = parseHostPort(semicolon < 0 ? address : address.slice(0, semicolon));
  return hostPort && { scheme, user, host: hostPort.host, port: hostPort.port, params, headers };
}

/** `host` as it stands in a URI or Via: IPv6 addresses in brackets. */
export function bracket(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
