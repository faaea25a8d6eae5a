import type { Fault } from './fault.js';
import type { Headers } from './headers.js';

export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/** Everything up to the blank line. */
export interface MessageHead {
  readonly start: StartLine;
  readonly headers: Headers;
  /** Full names, no folding, no malformed line, CRLF throughout: may be passed on as it is. */
  readonly clean: boolean;
  readonly fault: Fault | null;
}

/** Headers of one message; the longest of RFC 4475 has 42. */
export const MOST_HEADERS = 256;
/** Characters of one header, its folded lines included. */
export const LONGEST_HEADER = 16_384;
