import { stripOwnRoutes } from '../proxy/forward.js';
import { refusedForHops } from '../proxy/hops.js';
import type { ProxyOrder } from '../proxy/order.js';
import { ProxyJob, type ProxyReport } from '../proxy/proxy-job.js';
import { type Core, disarm } from './core.js';
import { settle } from './settle.js';

/** Begins to proxy an open request; the reason when that cannot be. The application must not answer it any more. */
export function proxyRequest(
  core: Core,
  txnId: string,
  order: ProxyOrder,
  report: ProxyReport,
): string | null {
  const inbound = core.inbound.get(txnId);
  if (inbound === undefined) return 'unknown transaction';
  if (order.destinations.length === 0) return 'no destination';
  const { dialog, transaction } = inbound;
  if (dialog !== null && dialog.phase === 'confirmed') return 'a request inside a dialog cannot be proxied';
  inbound.guard = disarm(core, inbound.guard);
  settle(core, inbound);
  if (dialog !== null) {
    // The dialog will be between the ends; here nothing remains of it.
    dialog.phase = 'ended';
    core.dialogs.remove(dialog);
  }
  if (refusedForHops(transaction)) return 'Max-Forwards is 0';
  const { routes } = stripOwnRoutes(core, transaction.request);
  new ProxyJob(core, transaction, order, routes, report).start();
  return null;
}
