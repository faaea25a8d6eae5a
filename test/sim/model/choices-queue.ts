/** What a queue may say of a party that waits in it. */
import { candidate } from './plan.js';
import type { Untimed } from './stepped.js';
import { patchCall } from './wire.js';
import { type Choice, type Kind, may, type World } from './world.js';

export function queueChoices(found: Choice[], world: World): void {
  for (const [to, { queue, absorbed, forgotten }] of Object.entries(world.wire.calls)) {
    if (absorbed || forgotten || world.calls[to] === undefined) continue;
    const add = (event: Untimed, act: Choice['act'], cost: Kind): void => {
      if (may(world, cost)) found.push({ to, event, act, costs: [cost] });
    };
    add({ type: 'candidate-ready', ticket: 0, desks: [[candidate('b', 8)]] }, null, 'stale');
    add({ type: 'queue-news', entry: 0, position: 1, announce: true }, null, 'stale');
    add({ type: 'queue-over', entry: 0 }, null, 'stale');
    if (queue === null) continue;
    const { entry, ticket } = queue;
    add({ type: 'queue-over', entry }, null, 'queueOut');
    add({ type: 'queue-news', entry, position: 2, announce: true }, null, 'news');
    add({ type: 'queue-news', entry, position: 1, announce: false }, null, 'news');
    if (!queue.asked) continue;
    const named: Choice['act'] = (wire) => patchCall(wire, to, { queue: { ...queue, asked: false } });
    const [one, other] = [[candidate(queue.queue, 6)], [candidate(queue.queue, 7)]];
    add({ type: 'candidate-ready', ticket, desks: [one] }, named, 'named');
    add({ type: 'candidate-ready', ticket, desks: [one, other] }, named, 'named');
  }
}
