import { SERVER_HOST } from '../../world/world.js';
import type { WireMessage } from '../wire/message.js';
import { describedIn } from '../wire/session-description.js';
import type { Observer } from './observer.js';

/** Everything that was said in a story, as lines: when, from whom to whom, what, and what became of it. */
export function ladderOf(observer: Observer, story: number, began: number): string[] {
  const lines = observer.seen.get(story) ?? [];
  const calls = new Map<string, string>();
  return lines.flatMap(({ at, from, to, message, what, copies }) => {
    // What is on its way is seen when it is said, and again where it makes a difference: at the server.
    if (what === 'heard' && to !== SERVER_HOST) return [];
    const call = calls.get(message.callId) ?? String.fromCharCode(65 + calls.size);
    calls.set(message.callId, call);
    const [left, right] = from === SERVER_HOST ? ['us', to] : [from, 'us'];
    const way = what === 'heard' ? 'heard' : copies === 0 ? 'lost' : copies > 1 ? 'twice' : '';
    const time = ((at - began) / 1000).toFixed(3).padStart(9);
    return [`${time}  ${call}  ${left.padStart(9)} -> ${right.padEnd(9)} ${way.padEnd(6)} ${text(message)}`];
  });
}

function text(message: WireMessage): string {
  const { kind, method, status, seq, body } = message;
  const described = describedIn(body);
  const parts = kind === 'request' ? [method, message.uri] : [`${status} to ${method}`];
  parts.push(`(${seq})`);
  if (described !== null) parts.push(`${described.address} ${described.direction}`);
  for (const name of ['refer-to', 'replaces', 'reason', 'subscription-state', 'warning'])
    if (message.header(name) !== '') parts.push(`${name}: ${message.header(name)}`);
  const fragment = /^SIP\/2\.0 .*/.exec(body)?.[0];
  if (fragment !== undefined) parts.push(fragment);
  parts.push(`tag ${message.toTag.slice(0, 8)}`);
  return parts.join(' ');
}
