import { findParam, paramAt, parseCount } from './params.js';
import { parseHostPort } from './uri.js';

/** One Via hop (RFC 3261 §20.42). */
export interface Via {
  /** `2.0`; another one is answered, with 505 or 400, and not understood. */
  readonly version: string;
  /** `UDP`, `TCP`, `TLS`, `WS`, `WSS`; upper case. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  /** Empty when there is none (RFC 2543 peers). */
  readonly branch: string;
  /** Whether the hop asked for a symmetric response (RFC 3581). */
  readonly rport: boolean;
  /** The raw value up to its parameters, and the parameters from the first `;` on. */
  readonly sent: string;
  readonly params: string;
}

const USUAL = 'SIP/2.0/UDP ';
const BRACKET = 91;

/** Whether a hop starts that way; comparing single characters is quicker than `startsWith` here. */
function startsUsual(value: string): boolean {
  for (let i = 0; i < USUAL.length; i++) if (value.charCodeAt(i) !== USUAL.charCodeAt(i)) return false;
  return value.charCodeAt(USUAL.length) !== BRACKET;
}

/** Whether nothing but separators has to be looked for: no further white space, no quotes. */
const isCompact = (value: string): boolean =>
  value.indexOf(' ', USUAL.length) < 0 &&
  value.indexOf('"') < 0 &&
  value.indexOf('<') < 0 &&
  value.indexOf('\t') < 0;

/** Reads a hop over UDP that is written as nearly all are, in one go; `null` when there is anything odd about it. */
function parseUsual(value: string): Via | null {
  if (!startsUsual(value) || !isCompact(value)) return null;
  const semicolon = value.indexOf(';');
  const end = semicolon < 0 ? value.length : semicolon;
  const colon = value.indexOf(':', USUAL.length);
  const named = colon >= 0 && colon < end;
  const hostEnd = named ? colon : end;
  const port = named ? parseCount(value.slice(colon + 1, end), 65_535) : null;
  if (hostEnd === USUAL.length || (named && port === null)) return null;
  let branch: string | undefined;
  let rport = false;
  for (let at = semicolon; at >= 0; ) {
    const next = value.indexOf(';', at + 1);
    const stop = next < 0 ? value.length : next;
    branch ??= paramAt(value, at + 1, stop, 'branch');
    rport ||= paramAt(value, at + 1, stop, 'rport') !== undefined;
    at = next;
  }
  return {
    version: '2.0',
    transport: 'UDP',
    host: value.slice(USUAL.length, hostEnd),
    port,
    branch: branch ?? '',
    rport,
    sent: value.slice(0, end),
    params: semicolon < 0 ? '' : value.slice(semicolon),
  };
}

/** Reads one Via value; `null` when it is malformed. */
export function parseVia(value: string): Via | null {
  return parseUsual(value) ?? parseAnyVia(value);
}

function parseAnyVia(value: string): Via | null {
  const semicolon = value.indexOf(';');
  const sent = (semicolon < 0 ? value : value.slice(0, semicolon)).trim();
  const params = semicolon < 0 ? '' : value.slice(semicolon);
  const first = sent.indexOf('/');
  const second = sent.indexOf('/', first + 1);
  if (first < 0 || second < 0) return null;
  if (sent.slice(0, first).trim().toUpperCase() !== 'SIP') return null;
  const rest = sent.slice(second + 1).trim();
  let gap = 0;
  while (gap < rest.length && rest.charCodeAt(gap) > 32) gap++;
  const hostPort = parseHostPort(rest.slice(gap).trim());
  if (hostPort === null || gap === 0) return null;
  return {
    version: sent.slice(first + 1, second).trim(),
    transport: rest.slice(0, gap).toUpperCase(),
    host: hostPort.host,
    port: hostPort.port,
    branch: findParam(params, 'branch') ?? '',
    rport: findParam(params, 'rport') !== undefined,
    sent,
    params,
  };
}

/** Removes one parameter from `;a=1;b` text. */
function withoutParam(params: string, name: string): string {
  return params
    .split(';')
    .filter((part) => part.split('=')[0]?.trim().toLowerCase() !== name)
    .join(';');
}

/**
 * The top Via as it goes back in a response: `received` where the source differs from sent-by or the hop asked for
 * `rport`, and the source port in `rport` (RFC 3261 §18.2.1, RFC 3581 §4).
 */
export function stampVia(value: string, via: Via, sourceHost: string, sourcePort: number): string {
  if (!via.rport && via.host === sourceHost) return value;
  let params = withoutParam(via.params, 'received');
  if (via.rport) params = `${withoutParam(params, 'rport')};rport=${sourcePort}`;
  return `${via.sent}${params};received=${sourceHost}`;
}
