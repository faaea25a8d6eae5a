/** Keys of a telephone in INFO requests: `application/dtmf-relay` and `application/dtmf`. */
import type { KeyByInfo } from '../call/call.js';
import { mediaType } from './multipart.js';

/** Numbers by which some phones name keys, as RFC 4733 does; 16, the hook flash, is no key. */
const NUMBERED: ReadonlyMap<string, string> = new Map([
  ['10', '*'],
  ['11', '#'],
  ['12', 'A'],
  ['13', 'B'],
  ['14', 'C'],
  ['15', 'D'],
]);
/** More keys than this in one request are not typed by anybody. */
const MOST_KEYS = 32;

/** The keys that an INFO tells of, mostly one; none when it is about something else. */
export function keyPresses(contentType: string | undefined, body: string): readonly KeyByInfo[] {
  const type = mediaType(contentType ?? '');
  if (type !== 'application/dtmf-relay' && type !== 'application/dtmf') return [];
  if (body.length > 1000) return [];
  const signal = signalOf(body);
  const keys = signal !== null ? oneKey(signal) : type === 'application/dtmf' ? bareKeys(body.trim()) : [];
  // A string of keys goes on key by key, so that each can be held back.
  return keys.map((key) => ({ key, contentType: type, body: keys.length === 1 ? body : key }));
}

/** Value of the line `Signal=5`; null when there is none. */
function signalOf(body: string): string | null {
  for (const line of body.split('\n', 16)) {
    const match = /^\s*signal\s*[=:]\s*(\S{1,2})\s*$/i.exec(line);
    if (match?.[1] !== undefined) return match[1];
  }
  return null;
}

function oneKey(text: string): string[] {
  const key = NUMBERED.get(text) ?? text.toUpperCase();
  return /^[0-9*#A-D]$/.test(key) ? [key] : [];
}

function bareKeys(text: string): string[] {
  const one = oneKey(text);
  if (one.length > 0) return one;
  const keys = text.toUpperCase();
  return keys.length <= MOST_KEYS && /^[0-9*#A-D]+$/.test(keys) ? [...keys] : [];
}
