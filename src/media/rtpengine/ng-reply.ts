/** What comes of a command of rtpengine's ng protocol. */

/** A dictionary that rtpengine answered; its fields are read by those who asked. */
export type NgFields = Readonly<Record<string, unknown>>;

/** Why a command has no result. */
export type NgFailure =
  /** rtpengine said no, in its own words. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nothing came back in time; the command may have been carried out all the same. */
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** Nothing came back, and the network says that nobody listens there. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** So many commands wait for answers already that no further one was sent. */
  | { readonly kind: 'overloaded'; readonly outstanding: number }
  /** The command does not fit in a datagram; bytes. */
  | { readonly kind: 'too-large'; readonly bytes: number }
  /** An answer came that is none of this protocol. */
  | { readonly kind: 'malformed'; readonly what: string }
  | { readonly kind: 'closed' };

export type NgReply =
  | { readonly ok: true; readonly fields: NgFields }
  | { readonly ok: false; readonly failure: NgFailure };

/** A failure in one line, for logs and the ledger. */
export function describeFailure(failure: NgFailure): string {
  switch (failure.kind) {
    case 'refused':
      return `rtpengine refused: ${failure.reason}`;
    case 'timeout':
      return `rtpengine did not answer within ${failure.afterMs} ms`;
    case 'unreachable':
      return `rtpengine cannot be reached: ${failure.reason}`;
    case 'overloaded':
      return `${failure.outstanding} commands wait for rtpengine already`;
    case 'too-large':
      return `a command of ${failure.bytes} bytes does not fit in a datagram`;
    case 'malformed':
      return `rtpengine answered something else than expected: ${failure.what}`;
    case 'closed':
      return 'the connection to rtpengine is closed';
  }
}
