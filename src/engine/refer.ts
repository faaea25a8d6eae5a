import type { ReferTo } from '../call/event.js';

/** Positions of `,` outside of quotes and angle brackets: more than one value in a header of one (RFC 3261 §7.3.1). */
function hasSeveralValues(header: string): boolean {
  let quoted = false;
  let bracketed = false;
  for (let i = 0; i < header.length; i++) {
    const c = header[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '<') bracketed = true;
    else if (c === '>') bracketed = false;
    else if (c === ',' && !bracketed) return true;
  }
  return false;
}

/** The URI of a name-addr or addr-spec, without header parameters (RFC 3261 §20.10). Null when there is none. */
function uriOf(header: string): string | null {
  const quoteEnd = header.startsWith('"') ? closingQuote(header) : 0;
  const open = header.indexOf('<', quoteEnd);
  if (open !== -1) {
    const close = header.indexOf('>', open);
    return close === -1 ? null : header.slice(open + 1, close).trim();
  }
  const semicolon = header.indexOf(';');
  return (semicolon === -1 ? header : header.slice(0, semicolon)).trim();
}

function closingQuote(header: string): number {
  for (let i = 1; i < header.length; i++) {
    if (header[i] === '\\') i++;
    else if (header[i] === '"') return i;
  }
  return header.length;
}

/**
 * What a REFER asks for. Exactly one Refer-To with a sip, sips or tel URI, and no method but INVITE
 * (RFC 3515 §2.4.2). Attended transfers name a dialog in an embedded Replaces header.
 */
export function parseReferTo(header: string | undefined): ReferTo {
  const bad = (why: string): ReferTo => ({ ok: false, status: 400, why });
  if (header === undefined || header.trim() === '') return bad('Refer-To is missing');
  const value = header.trim();
  if (hasSeveralValues(value)) return bad('More than one Refer-To');
  const uri = uriOf(value);
  if (uri === null || uri === '') return bad('Refer-To holds no URI');
  const scheme = uri.slice(0, uri.indexOf(':')).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel')
    return bad('Refer-To must be a sip, sips or tel URI');
  const [address = '', headers = ''] = splitOnce(uri, '?');
  const method = parameterOf(address, 'method');
  if (method !== null && method.toUpperCase() !== 'INVITE') {
    return { ok: false, status: 501, why: `Refer-To with method ${method.slice(0, 20)} is not supported` };
  }
  if (
    headers
      .toLowerCase()
      .split('&')
      .some((h) => h.startsWith('replaces='))
  ) {
    return { ok: false, status: 501, why: 'Refer-To with Replaces is not supported' };
  }
  return { ok: true, address };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function parameterOf(uri: string, name: string): string | null {
  for (const part of uri.split(';').slice(1)) {
    const [key, value] = splitOnce(part, '=');
    if (key.trim().toLowerCase() === name) return value.trim();
  }
  return null;
}
