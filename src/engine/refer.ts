/** What a REFER asks for (RFC 3515 §2, RFC 4488, RFC 5589 §7). */
import type { ReferTo } from '../call/event.js';
import { readAddress, splitOnce, splitValues, unescaped } from './header-values.js';
import { type DialogName, parseReplaces } from './replaces.js';

/** `replaces`: the dialog that an attended transfer names in the URI's headers; null for a blind one. */
export interface Refer {
  readonly to: ReferTo;
  readonly replaces: DialogName | null;
}

/** Exactly one Refer-To with a sip, sips or tel URI, and no method but INVITE (RFC 3515 §2.4.2). */
export function parseReferTo(header: string | undefined): Refer {
  const bad = (why: string): Refer => ({
    to: { ok: false, status: 400, code: 'bad-refer', why },
    replaces: null,
  });
  const values = splitValues(header ?? '');
  const [value] = values;
  if (value === undefined) return bad('Refer-To is missing');
  if (values.length > 1) return bad('More than one Refer-To');
  const uri = readAddress(value)?.uri ?? '';
  if (uri === '') return bad('Refer-To holds no URI');
  const scheme = splitOnce(uri, ':')[0].toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'tel')
    return bad('Refer-To must be a sip, sips or tel URI');
  const [address, headers] = splitOnce(uri, '?');
  const method = uriParameter(address, 'method');
  if (method !== null && method.toUpperCase() !== 'INVITE') {
    const why = `Refer-To with method ${method.slice(0, 20)} is not supported`;
    return { to: { ok: false, status: 501, code: 'bad-refer', why }, replaces: null };
  }
  const named = headers.split('&').filter((h) => /^replaces=/i.test(h));
  if (named.length > 1) return bad('More than one Replaces in Refer-To');
  const [first] = named;
  if (first === undefined) return { to: { ok: true, address }, replaces: null };
  const replaces = parseReplaces(unescaped(splitOnce(first, '=')[1]));
  return replaces === null
    ? bad('Replaces in Refer-To needs Call-ID, to-tag and from-tag')
    : { to: { ok: true, address }, replaces };
}

/** The transferor wants to be told how it goes; not so with `Refer-Sub: false` (RFC 4488 §4). */
export function wantsNotify(referSub: string | undefined): boolean {
  return (
    splitOnce(referSub ?? '', ';')[0]
      .trim()
      .toLowerCase() !== 'false'
  );
}

function uriParameter(uri: string, name: string): string | null {
  for (const part of uri.split(';').slice(1)) {
    const [key, value] = splitOnce(part, '=');
    if (key.trim().toLowerCase() === name) return value.trim();
  }
  return null;
}
