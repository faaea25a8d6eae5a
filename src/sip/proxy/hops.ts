import { refuse } from '../dialog/refuse.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';

/** Refuses a request whose hops are used up (§16.3 step 3); false when it may go on. */
export function refusedForHops(incoming: ServerTransaction): boolean {
  const hops = incoming.request.headers.get('Max-Forwards');
  if (hops === undefined || Number(hops) > 0) return false;
  refuse(incoming, 483, 'Too Many Hops');
  return true;
}
