import { KnownNames } from './known-names.js';

/** Header names: one canonical spelling for each, so that the rest of the stack compares with `===`. */

const CANONICAL = [
  'Accept',
  'Accept-Contact',
  'Accept-Encoding',
  'Accept-Language',
  'Alert-Info',
  'Allow',
  'Allow-Events',
  'Authentication-Info',
  'Authorization',
  'Call-ID',
  'Call-Info',
  'Contact',
  'Content-Disposition',
  'Content-Encoding',
  'Content-ID',
  'Content-Language',
  'Content-Length',
  'Content-Type',
  'CSeq',
  'Date',
  'Diversion',
  'Error-Info',
  'Event',
  'Expires',
  'Feature-Caps',
  'Flow-Timer',
  'From',
  'Geolocation',
  'Geolocation-Error',
  'Geolocation-Routing',
  'History-Info',
  'Identity',
  'Identity-Info',
  'Info-Package',
  'In-Reply-To',
  'Join',
  'Max-Breadth',
  'Max-Forwards',
  'MIME-Version',
  'Min-Expires',
  'Min-SE',
  'Organization',
  'P-Access-Network-Info',
  'P-Asserted-Identity',
  'P-Called-Party-ID',
  'P-Charging-Vector',
  'P-Early-Media',
  'P-Preferred-Identity',
  'Path',
  'Priority',
  'Privacy',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Require',
  'RAck',
  'Reason',
  'Record-Route',
  'Recv-Info',
  'Refer-Sub',
  'Refer-To',
  'Referred-By',
  'Reject-Contact',
  'Remote-Party-ID',
  'Replaces',
  'Reply-To',
  'Request-Disposition',
  'Require',
  'Resource-Priority',
  'Retry-After',
  'Route',
  'RSeq',
  'Server',
  'Service-Route',
  'Session-Expires',
  'Session-ID',
  'SIP-ETag',
  'SIP-If-Match',
  'Subject',
  'Subscription-State',
  'Supported',
  'Target-Dialog',
  'Timestamp',
  'To',
  'Unsupported',
  'User-Agent',
  'User-to-User',
  'Via',
  'Warning',
  'WWW-Authenticate',
] as const;

/** IANA's compact forms. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

/** Finds those names among the bytes of a message. */
export const KNOWN_NAMES = new KnownNames(CANONICAL);

const KNOWN = new Map<string, string>();
for (const name of CANONICAL) {
  KNOWN.set(name, name);
  KNOWN.set(name.toLowerCase(), name);
}
for (const [short, name] of Object.entries(COMPACT)) {
  KNOWN.set(short, name);
  KNOWN.set(short.toUpperCase(), name);
}

/** `subscription-foo` to `Subscription-Foo`; names that start `X-` stay as they were written. */
function capitalise(name: string): string {
  if (name.startsWith('X-')) return name;
  const words = name.split('-');
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('-');
}

/** The one spelling of a header name: compact forms expanded, known names as in their RFC. */
export function canonicalHeaderName(raw: string): string {
  return KNOWN.get(raw) ?? KNOWN.get(raw.toLowerCase()) ?? capitalise(raw);
}

/** Whether a character may stand in a SIP token (RFC 3261 §25.1). */
export function isTokenCode(c: number): boolean {
  const alphanumeric = (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57);
  return alphanumeric || "-.!%*_+`'~".includes(String.fromCharCode(c));
}

/** Whether every character of `text` may stand in a SIP token (RFC 3261 §25.1); false when empty. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isTokenCode(text.charCodeAt(i))) return false;
  return text.length > 0;
}
