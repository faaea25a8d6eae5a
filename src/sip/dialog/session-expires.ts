import type { Headers } from '../message/headers.js';
import type { SipMessage, SipRequest } from '../message/message.js';
import { findParam, parseCount } from '../message/params.js';
import { type Core, disarm } from './core.js';
import type { Dialog, SessionTimer } from './dialog.js';

/** The headers of RFC 4028, and what a dialog keeps of the agreement; section numbers are that RFC's. */

/** The smallest interval that §4 allows, seconds; also what we put into 422. */
export const MIN_SECONDS = 90;
/** Largest interval that is understood, seconds. */
export const MAX_SECONDS = 0x7fff_ffff;
/** The side that refreshes, by its role in the request that agrees on it. */
export type Refresher = 'uac' | 'uas';

/** A Session-Expires header. */
export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: Refresher | null;
}

/** Whether a method refreshes a session (§7.4). */
export const isRefresh = (method: string): boolean => method === 'INVITE' || method === 'UPDATE';

/** Reads Session-Expires; null when it is missing or malformed. */
export function readExpires(headers: Headers): SessionExpires | null {
  const value = headers.get('Session-Expires');
  if (value === undefined) return null;
  const semicolon = value.indexOf(';');
  const seconds = parseCount((semicolon < 0 ? value : value.slice(0, semicolon)).trim(), MAX_SECONDS);
  if (seconds === null) return null;
  const named = findParam(value, 'refresher')?.toLowerCase();
  return { seconds, refresher: named === 'uac' || named === 'uas' ? named : null };
}

/** Whether a message says that its sender knows session timers. */
export const supportsTimer = (message: SipMessage): boolean =>
  [...message.list('Supported'), ...message.list('Require')].some((tag) => tag.toLowerCase() === 'timer');

/** Headers of the 422 to a request whose interval is too small (§9); null when it is not. */
export function intervalTooSmall(request: SipRequest): Readonly<Record<string, string>> | null {
  if (!isRefresh(request.method)) return null;
  const wanted = readExpires(request.headers);
  if (wanted === null || wanted.seconds >= MIN_SECONDS || !supportsTimer(request)) return null;
  return { 'Min-SE': String(MIN_SECONDS) };
}

/** Puts the agreement into a 2xx (§9): what the application says, else what the request asked for. */
export function answerExpires(headers: Headers, request: SipRequest): void {
  if (!isRefresh(request.method)) return;
  const asked = readExpires(request.headers);
  const own = readExpires(headers);
  const chosen = own ?? asked;
  if (chosen === null) return;
  const capable = supportsTimer(request);
  // Table 2 of §9: without the extension in the peer only we can refresh.
  const refresher: Refresher = capable ? (asked?.refresher ?? own?.refresher ?? 'uac') : 'uas';
  const seconds = Math.max(chosen.seconds, MIN_SECONDS);
  headers.set('Session-Expires', `${seconds};refresher=${refresher}`);
  if (refresher === 'uac') addTag(headers, 'Require');
}

function addTag(headers: Headers, name: 'Require' | 'Supported'): void {
  const present = headers.all(name).some((value) => value.toLowerCase().includes('timer'));
  if (!present) headers.add(name, 'timer');
}

/** Completes a request of ours (§7.1, §7.4): a refresh inside a session with a timer keeps it going. */
export function requestExpires(headers: Headers, method: string, session: SessionTimer | null): void {
  if (!isRefresh(method)) return;
  if (session !== null && !headers.has('Session-Expires')) {
    headers.add('Session-Expires', `${session.seconds};refresher=${session.weRefresh ? 'uac' : 'uas'}`);
  }
  if (headers.has('Session-Expires')) addTag(headers, 'Supported');
}

/** Keeps our last session description, which a refresh by re-INVITE repeats (§7.4). */
export function rememberSdp(dialog: Dialog, body: Buffer): void {
  if (body.length > 0) dialog.localSdp = Buffer.from(body);
}

/** Ends the timer of a session. */
export function stopSession(core: Core, dialog: Dialog): void {
  if (dialog.session !== null) dialog.session.handle = disarm(core, dialog.session.handle);
  dialog.session = null;
}
