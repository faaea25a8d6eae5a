import type { Call, Leg } from '../../../src/call/call.js';
import { call, callerLeg, leg } from './call-values.js';

/** What a leg was told of whom it speaks with; null: nobody. */
export const joinedTo = (partner: string | null): Pick<Leg, 'given'> => ({
  given: { from: partner, sdp: '' },
});

/** The caller `c-1` talks with this leg of the call, or with nobody. */
export function talking(
  partner: string | null,
  changes: Partial<Call> = {},
  others: readonly Leg[] = [],
): Call {
  const legs = [
    callerLeg('c-1', joinedTo(partner)),
    leg('c-2', joinedTo(partner === 'c-2' ? 'c-1' : null)),
    leg('c-3', { ...joinedTo(partner === 'c-3' ? 'c-1' : null), role: 'target', member: 'police' }),
    ...others,
  ];
  return call('c', { ...changes, legs: Object.fromEntries(legs.map((one) => [one.id, one])) });
}
