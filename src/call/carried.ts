/** What passes through a call untouched. */

/**
 * What the caller's INVITE carried and targets get unchanged: privacy, location, priority. The core does not look
 * into it.
 */
export interface Carried {
  /** By their usual names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bodies besides the session description, such as a location (RFC 6442 §5). */
  readonly bodies: readonly CarriedBody[];
}

export interface CarriedBody {
  readonly type: string;
  /** Content-ID without angle brackets (RFC 2392); null when it had none. */
  readonly id: string | null;
  readonly text: string;
}
