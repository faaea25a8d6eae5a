import type { Headers } from '../message/headers.js';
import { parseCount } from '../message/params.js';

/** What an application wants done with a request that waits for its answer. */
export interface ProxyOrder {
  /** URIs in the order in which they are tried. */
  readonly destinations: readonly string[];
  readonly simultaneous: boolean;
  /** Later requests of the dialog come through us: Record-Route, or Path for REGISTER (RFC 3327). */
  readonly remainInDialog: boolean;
  readonly followRedirects: boolean;
  /** Each place of a destination without any response is left after this, ms; null for the transaction's own timeout. */
  readonly provisionalTimeout: number | null;
  /** A destination without a final response is left after this, ms. */
  readonly finalTimeout: number | null;
  /** Headers that replace or join those of the request. */
  readonly headers: Headers;
}

/** Most destinations of one order, redirections included. */
export const MAX_DESTINATIONS = 32;

/** `2s`, `1500ms` or plain milliseconds; null for anything else and for nothing. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim().toLowerCase();
  if (trimmed.endsWith('ms')) return parseCount(trimmed.slice(0, -2).trim(), 3_600_000);
  if (!trimmed.endsWith('s')) return parseCount(trimmed, 3_600_000);
  const seconds = parseCount(trimmed.slice(0, -1).trim(), 3600);
  return seconds === null ? null : seconds * 1000;
}
