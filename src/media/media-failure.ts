import { describeSessionFailure, type Outcome } from './rtpengine/session-outcome.js';

/** A media server did not do what was asked of it. */
export class MediaFailure extends Error {
  override readonly name = 'MediaFailure';
}

/** Why a step of a media session was not taken. */
export function failure(outcome: Outcome<unknown>): MediaFailure {
  return new MediaFailure(outcome.ok ? 'no failure' : describeSessionFailure(outcome.failure));
}

/** What came of a step; throws when it was not taken. */
export function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw failure(outcome);
  return outcome.value;
}
