import type { Party } from './party.js';
import { until } from './wait.js';

/** A dialog as a called phone knows it: what another phone needs to name it in Replaces (RFC 3891). */
export interface SeenDialog {
  readonly callId: string;
  /** The phone's own tag. */
  readonly ownTag: string;
  /** The tag of the server under test. */
  readonly serverTag: string;
}

/** The dialog that the party with this scenario has answered; waits until it has. */
export function seenDialog(scenario: string, parties: readonly Party[]): Promise<SeenDialog> {
  return until(`${scenario} to answer`, () => {
    const party = parties.find(({ spec }) => spec.scenario === scenario);
    return party === undefined ? undefined : dialogIn(party.messages());
  });
}

/** The first 200 to an INVITE in a log of messages. */
function dialogIn(messages: string): SeenDialog | undefined {
  const answer = messages
    .split(/^-{10,}.*$/m)
    .find((message) => /^SIP\/2\.0 200/m.test(message) && /^CSeq: *\d+ INVITE/im.test(message));
  if (answer === undefined) return undefined;
  const header = (name: string): string => new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(answer)?.[1] ?? '';
  const tag = (value: string): string => /;tag=([^;>\s]+)/i.exec(value)?.[1] ?? '';
  const dialog = {
    callId: header('Call-ID'),
    ownTag: tag(header('To')),
    serverTag: tag(header('From')),
  };
  return Object.values(dialog).includes('') ? undefined : dialog;
}
