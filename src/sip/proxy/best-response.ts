import { Headers } from '../message/headers.js';
import { SipResponse } from '../message/message.js';

/** Statuses that tell the caller how to try again; §16.7 step 6 prefers them within 4xx. */
const HELPFUL: ReadonlySet<number> = new Set([401, 407, 415, 420, 484]);

const CHALLENGES = ['WWW-Authenticate', 'Proxy-Authenticate'] as const;

const classOf = (response: SipResponse): number => Math.floor(response.status / 100);

/** Whether `a` is better than `b`: any 6xx first, then the lowest class, then what helps the caller. */
function better(a: SipResponse, b: SipResponse): boolean {
  const [classA, classB] = [classOf(a), classOf(b)];
  if (classA !== classB) return classA === 6 || (classB !== 6 && classA < classB);
  if (HELPFUL.has(a.status) !== HELPFUL.has(b.status)) return HELPFUL.has(a.status);
  // Silence says least of all.
  return b.status === 408 && a.status !== 408;
}

/** The final response that goes back when no destination accepted (RFC 3261 §16.7 steps 6 and 7). */
export function bestResponse(responses: readonly SipResponse[]): SipResponse | null {
  let best: SipResponse | null = null;
  for (const response of responses) if (best === null || better(response, best)) best = response;
  if (best === null) return null;
  if (best.status === 401 || best.status === 407) return withAllChallenges(best, responses);
  // §16.7 step 6: 503 speaks of one destination, not of us.
  if (best.status === 503)
    return new SipResponse(500, 'Server Internal Error', without(best.headers, 'Retry-After'), best.body);
  return best;
}

function without(headers: Headers, name: string): Headers {
  const kept = new Headers();
  for (let i = 0; i < headers.size; i++) {
    if (headers.names[i] !== name) kept.add(headers.names[i] ?? '', headers.values[i] ?? '');
  }
  return kept;
}

/** §16.7 step 7: the challenges of all destinations go back together. */
function withAllChallenges(best: SipResponse, responses: readonly SipResponse[]): SipResponse {
  const headers = without(best.headers, '');
  for (const other of responses) {
    if (other === best || (other.status !== 401 && other.status !== 407)) continue;
    for (const name of CHALLENGES) for (const value of other.headers.all(name)) headers.add(name, value);
  }
  return new SipResponse(best.status, best.reason, headers, best.body);
}
