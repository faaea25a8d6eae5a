/** Finds the live call of a party that somebody names without our call id. */
import type { Call, Leg } from '../call/call.js';
import { transferOf } from '../call/work.js';
import type { LocatedCall, OperationResult, PartyQuery } from './operations.js';

/** Calls that a refusal names. */
const NAMED = 20;

type Fits = (leg: Leg) => boolean;

/**
 * The one call that a party is in. Looks at every leg, so that there is no index that could say otherwise than the
 * calls themselves: 2,000 calls of three legs take less than a millisecond.
 *
 * @param sees calls of which it says no are not there
 */
export function locateCall(
  calls: Iterable<Call>,
  party: PartyQuery,
  purpose: 'transfer' | 'control',
  sees: (callId: string) => boolean = () => true,
): OperationResult<LocatedCall> {
  const all = [...calls];
  const fitting = firstThatFinds(all, waysToFit(party), sees);
  const inTransfer = fitting.filter(({ call }) => transferOf(call) !== null);
  const found = purpose === 'control' && inTransfer.length > 0 ? inTransfer : fitting;
  const [only] = found;
  const what = `${party.by} "${party.value}"${party.member === undefined ? '' : ` at ${party.member}`}`;
  if (only === undefined)
    return { ok: false, refusal: { code: 'unknown-call', message: `No live call has a party with ${what}` } };
  if (found.length === 1)
    return { ok: true, value: { callId: only.call.id, transferorLeg: transferorAmong(only.legs) } };
  const ids = found.slice(0, NAMED).map(({ call }) => call.id);
  const message = `${found.length} live calls have a party with ${what}: ${ids.join(', ')}${found.length > NAMED ? ', …' : ''}`;
  return { ok: false, refusal: { code: 'ambiguous', message, calls: ids } };
}

/** What a leg must be like, the surest way first. */
function waysToFit({ by, value, member }: PartyQuery): readonly Fits[] {
  const here: Fits = (leg) => isThere(leg) && (member === undefined || leg.member === member);
  // Somebody who was not answered yet has no call to transfer.
  const desk: Fits = (leg) => here(leg) && leg.state === 'answered' && leg.member !== null;
  const named: Fits = (leg) => desk(leg) && leg.agent === value;
  switch (by) {
    case 'sipCallId':
      return [(leg) => here(leg) && leg.sipCallId === value];
    case 'agent':
      return [named];
    case 'extension':
      return [named, (leg) => desk(leg) && leg.direction === 'out' && leg.numberCalled === value];
  }
}

interface Found {
  readonly call: Call;
  readonly legs: readonly Leg[];
}

function firstThatFinds(
  calls: readonly Call[],
  ways: readonly Fits[],
  sees: (callId: string) => boolean,
): readonly Found[] {
  for (const fits of ways) {
    const found: Found[] = [];
    for (const call of calls) {
      const legs = Object.values(call.legs).filter(fits);
      if (legs.length > 0 && sees(call.id)) found.push({ call, legs });
    }
    if (found.length > 0) return found;
  }
  return [];
}

function isThere({ state }: Leg): boolean {
  return state !== 'leaving' && state !== 'ended';
}

function transferorAmong(legs: readonly Leg[]): string | null {
  return legs.find((leg) => leg.mayTransfer && leg.state === 'answered')?.id ?? null;
}
