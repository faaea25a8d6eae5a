import { describeFailure, type NgFailure } from './ng-reply.js';
import type { SdpFault } from './sdp-sections.js';

/** Why a step of a media session was not taken. What was so before it is still so. */
export type SessionFailure =
  | NgFailure
  | SdpFault
  | { readonly kind: 'unknown-leg'; readonly leg: string }
  /** The name stands for another leg of this session already, or did so once. */
  | { readonly kind: 'used-leg'; readonly leg: string }
  /** The leg has said nothing yet, so it cannot be linked. */
  | { readonly kind: 'nothing-said'; readonly leg: string }
  /** Somebody is heard by this leg; park it before something plays to it. */
  | { readonly kind: 'joined'; readonly leg: string }
  /** A leg cannot be joined to itself. */
  | { readonly kind: 'same-leg'; readonly leg: string }
  /** Nobody hears this leg. */
  | { readonly kind: 'not-joined'; readonly leg: string }
  /** The file is missing, or no audio that the engine reads. */
  | { readonly kind: 'unplayable'; readonly file: string }
  | { readonly kind: 'too-many'; readonly what: 'legs' | 'steps' }
  /** What it was wanted for is over. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'ended' };

/** A step and what came of it. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: SessionFailure };

/**
 * Descriptions that legs have to be told after a step, by leg. Empty after every switch: the ports stay. Only a
 * first description is in it, or a new one when the engine had lost the call.
 */
export type Changes = ReadonlyMap<string, string>;

export function done<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failed(failure: SessionFailure): { readonly ok: false; readonly failure: SessionFailure } {
  return { ok: false, failure };
}

/** A failure in one line, for logs and the ledger. */
export function describeSessionFailure(failure: SessionFailure): string {
  switch (failure.kind) {
    case 'no-audio':
      return 'the description has no audio';
    case 'no-description':
      return `this is no session description: ${failure.what}`;
    case 'unknown-leg':
      return `the media session has no leg ${failure.leg}`;
    case 'used-leg':
      return `the media session has had a leg ${failure.leg}`;
    case 'nothing-said':
      return `leg ${failure.leg} has not described its media yet`;
    case 'joined':
      return `leg ${failure.leg} hears another party; park it first`;
    case 'same-leg':
      return `leg ${failure.leg} cannot be joined to itself`;
    case 'not-joined':
      return `nobody hears leg ${failure.leg}`;
    case 'unplayable':
      return `${failure.file} cannot be played; is it there, and a WAV file?`;
    case 'too-many':
      return `too many ${failure.what} in one media session`;
    case 'overtaken':
      return 'the parties are with others by now';
    case 'ended':
      return 'the media session has ended';
    default:
      return describeFailure(failure);
  }
}
