import type { TraceEntry } from '../../../src/sip/log.js';

/** A message that a phone got or sent. */
export interface SeenMessage {
  readonly direction: 'in' | 'out';
  /** Method of a request, or the status of a response as text. */
  readonly what: string;
  /** The To has a tag: the request belongs to a dialog. */
  readonly inDialog: boolean;
  /** What the CSeq names. */
  readonly method: string;
  /** Whole, for people. */
  readonly text: string;
}

export function seenMessage({ direction, bytes }: TraceEntry): SeenMessage {
  const text = bytes.toString('utf8');
  const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
  return {
    direction,
    what: status ?? /^(\S+)/.exec(text)?.[1] ?? '',
    inDialog: /^(?:To|t)\s*:.*;tag=/im.test(text),
    method: /^CSeq\s*:\s*\d+\s+(\S+)/im.exec(text)?.[1] ?? '',
    text,
  };
}

/** Requests by which a server would change the session of a phone. */
export function sessionChanges(messages: readonly SeenMessage[]): readonly string[] {
  return messages
    .filter(
      ({ direction, what, inDialog }) => direction === 'in' && inDialog && /^(INVITE|UPDATE)$/.test(what),
    )
    .map(({ what }) => what);
}
