import type { SipRequest } from '../message/message.js';
import { stripOwnRoutes } from '../proxy/forward.js';
import { refusedForHops } from '../proxy/hops.js';
import { ProxyJob } from '../proxy/proxy-job.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Owner, RouteDecision } from './application.js';
import type { Core } from './core.js';
import { refuse } from './refuse.js';

/**
 * Looks for the application of a new request by the operator's rules; false when there is no rule. The request waits
 * meanwhile, and its CANCEL is answered here.
 */
export function summonOwner(
  core: Core,
  request: SipRequest,
  transaction: ServerTransaction,
  begin: (owner: Owner) => void,
): boolean {
  const found = (decision: RouteDecision): void => {
    core.proxies.delete(transaction);
    // Cancelled, or the server has stopped, while we were looking.
    if (!transaction.answered) decide(core, transaction, decision, begin);
  };
  if (!core.owners.summon(request, transaction.flow, found)) return false;
  core.proxies.set(transaction, { cancel: () => refuse(transaction, 487, 'Request Terminated') });
  if (request.method === 'INVITE') refuse(transaction, 100, 'Trying');
  return true;
}

function decide(
  core: Core,
  transaction: ServerTransaction,
  decision: RouteDecision,
  begin: (owner: Owner) => void,
): void {
  switch (decision.type) {
    case 'owner':
      if (decision.owner.connected) begin(decision.owner);
      else refuse(transaction, 480, 'Temporarily Unavailable');
      return;
    case 'reject':
      refuse(transaction, decision.status, decision.reason);
      return;
    case 'redirect': {
      const Contact = decision.contacts.map((uri) => `<${uri}>`).join(', ');
      refuse(transaction, 302, 'Moved Temporarily', { Contact });
      return;
    }
    case 'proxy': {
      if (refusedForHops(transaction)) return;
      const { routes } = stripOwnRoutes(core, transaction.request);
      new ProxyJob(core, transaction, decision.order, routes, null).start();
      return;
    }
  }
}
