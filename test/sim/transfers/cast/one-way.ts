import type { Session } from '../phones/session.js';

/** After so long without any offer or answer the two sides are as they are meant to be, glare and all. */
const SETTLED_MS = 25_000;

/** Two who should hear each other and do not. */
export interface OneWay {
  readonly what: string;
  /** Of the one who speaks to somebody else. */
  readonly callId: string;
}

/** Whether two who talk know where the other one listens; null when they do, or it cannot be told. */
export function oneWay(caller: Session, sessions: readonly Session[], now: number): OneWay | null {
  const settled = (session: Session): boolean =>
    session.quiet && session.lost === null && session.lastExchangeAt < now - SETTLED_MS;
  if (!settled(caller) || caller.manners.refusesOffers || caller.remote === null) return null;
  const { remote } = caller;
  // On hold, while its agent speaks with somebody else.
  if (remote.direction !== 'sendrecv') return null;
  const partner = sessions.find((session) => session.address === remote.address);
  if (partner === undefined || partner.manners.refusesOffers) return null;
  if (!settled(partner)) return null;
  if (partner.remote?.address === caller.address) return null;
  const what = `one-way: the caller speaks to ${partner.agent.host}, who speaks to ${partner.remote?.address}`;
  return { what, callId: partner.callId };
}
