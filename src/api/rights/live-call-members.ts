import type { LiveCall, WaiterView } from '../../engine/operations.js';

/**
 * Whose a live call is: of the members that were called first, have or had the caller, are rung or waited for now, or
 * that it is transferred from or to. Who only listens has no part in it.
 *
 * @param waiting callers who wait in queues
 */
export function liveCallMembers(call: LiveCall, waiting: readonly WaiterView[]): ReadonlySet<string> {
  const { firstMember, currentMember, visited, legs, transfer, alerts } = call;
  const named = [
    firstMember,
    currentMember,
    ...visited,
    ...legs.filter(({ role }) => role !== 'monitor').map(({ member }) => member),
    transfer?.fromMember ?? null,
    transfer?.toMember ?? null,
    ...alerts.flatMap(({ fromMember, toMember }) => [fromMember, toMember]),
    ...waiting.filter((waiter) => waiter.call === call.id).map(({ queue }) => queue),
  ];
  return new Set(named.filter((member) => member !== null));
}
