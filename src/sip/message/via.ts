import { findParam } from './params.js';
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

/** Reads one Via value; `null` when it is malformed. */
export function parseVia(value: string): Via | null {
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
