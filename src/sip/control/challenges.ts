import { Headers } from '../message/headers.js';
import { SipResponse } from '../message/message.js';
import { indexOutside } from '../message/params.js';

/** Challenges as drachtio-srf reads them, which joins all of one name and takes every parameter it meets for one. */

const NAMES = ['WWW-Authenticate', 'Proxy-Authenticate'] as const;
/** More than this are passed on as they are. */
const MOST = 16;

/**
 * A 401 or 407 in a form that clients who know nothing but MD5 with `qop=auth` answer rightly, and that says the
 * same to all others: the MD5 challenge comes first, its `auth` before `auth-int`, and the others have a blank
 * before each `=` (RFC 3261 §25.1 allows one), which hides their parameters from a reader that takes them for
 * those of the first. Any other response is returned as it is.
 */
export function challengesForClient(response: SipResponse): SipResponse {
  if (response.status !== 401 && response.status !== 407) return response;
  let { headers } = response;
  for (const name of NAMES) headers = arranged(headers, name);
  return headers === response.headers
    ? response
    : new SipResponse(response.status, response.reason, headers, response.body);
}

function arranged(headers: Headers, name: string): Headers {
  const all = headers.all(name);
  const simple = all.find(isSimple);
  if (simple === undefined || all.length > MOST) return headers;
  const ordered = [authFirst(simple), ...all.filter((value) => value !== simple).map(loose)];
  if (ordered.every((value, at) => value === all[at])) return headers;
  const result = new Headers();
  for (let i = 0; i < headers.size; i++) {
    if (headers.names[i] !== name) result.add(headers.names[i] ?? '', headers.values[i] ?? '');
  }
  for (const value of ordered) result.add(name, value);
  return result;
}

/** Parameters as they are written, with the scheme before the first one. */
function parametersOf(value: string): string[] {
  const found: string[] = [];
  for (let from = 0; from <= value.length; ) {
    const comma = indexOutside(value, ',', from);
    const end = comma < 0 ? value.length : comma;
    found.push(value.slice(from, end));
    from = end + 1;
  }
  return found;
}

/** Name in lower case, and value without quotes. */
function split(parameter: string): { readonly name: string; readonly value: string } {
  const equals = parameter.indexOf('=');
  const before = parameter.slice(0, Math.max(equals, 0)).trim().toLowerCase();
  const value = parameter.slice(equals + 1).trim();
  return { name: before.slice(before.lastIndexOf(' ') + 1), value: value.replaceAll('"', '') };
}

/** A Digest challenge with MD5 that asks for no more than `auth`. */
function isSimple(value: string): boolean {
  if (!/^\s*digest\s/i.test(value)) return false;
  for (const parameter of parametersOf(value)) {
    const { name, value: given } = split(parameter);
    if (name === 'algorithm' && given.toUpperCase() !== 'MD5') return false;
    if (name === 'qop' && !optionsOf(given).includes('auth')) return false;
  }
  return true;
}

const optionsOf = (qop: string): string[] => qop.split(',').map((option) => option.trim().toLowerCase());

function authFirst(value: string): string {
  return parametersOf(value)
    .map((parameter) => {
      const { name, value: given } = split(parameter);
      if (name !== 'qop' || optionsOf(given)[0] === 'auth') return parameter;
      const others = optionsOf(given).filter((option) => option !== 'auth');
      return `${parameter.slice(0, parameter.indexOf('='))}="${['auth', ...others].join(',')}"`;
    })
    .join(',');
}

/** The same challenge with a blank before each `=` that parts a name from its value. */
function loose(value: string): string {
  return parametersOf(value)
    .map((parameter) => {
      const equals = parameter.indexOf('=');
      return equals <= 0 || parameter.charAt(equals - 1) === ' '
        ? parameter
        : `${parameter.slice(0, equals)} ${parameter.slice(equals)}`;
    })
    .join(',');
}
