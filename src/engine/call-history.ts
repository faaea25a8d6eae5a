/** The way a call took: History-Info (RFC 7044) and Diversion (RFC 5806). */
import type { CallContext } from '../call/command.js';
import { parameterOf, readAddress, splitValues, userOf } from './header-values.js';
import { type Naming, ownUri } from './naming.js';
import type { Headers } from './signalling.js';

type Diversion = NonNullable<CallContext['diversion']>;

/** What became of the number that the call left, as a SIP status (RFC 7544 §6) and in words. */
const LEFT_FOR: Readonly<Record<Diversion, { readonly status: number; readonly text: string }>> = {
  deflection: { status: 302, text: 'Transferred' },
  'user-busy': { status: 486, text: 'Busy' },
  'no-answer': { status: 408, text: 'No answer' },
  unavailable: { status: 503, text: 'Unavailable' },
};

/** Entries of the caller's own History-Info that are kept, and hops of ours that are told. */
const MOST_ENTRIES = 10;

/**
 * History-Info: the number first called is entry 1, the next one 1.1, and so on, each but the last with the Reason
 * why the call left it. Entries that the caller's INVITE brought stay, and ours follow below the last of them; they
 * do not go to trunks outside the trust domain. Diversion names the number that the call left last, and how many it
 * left in all.
 */
export function callHistory(context: CallContext, naming: Naming): Headers {
  const numbers = numbersOnTheWay(context);
  const brought = naming.trusted ? broughtEntries(context.carried.headers['History-Info']) : [];
  const headers: Record<string, string> = {
    'History-Info': [...brought, ...ownEntries(context, told(numbers), brought, naming)].join(', '),
  };
  if (context.divertedFrom !== null && context.diversion !== null) {
    const from = `<${ownUri(context.divertedFrom, naming)}>`;
    const counter = Math.max(1, numbers.length - 1);
    headers.Diversion = `${from};reason=${context.diversion};counter=${counter}`;
  }
  return headers;
}

function numbersOnTheWay(context: CallContext): readonly string[] {
  const { firstDialled, visited, divertedFrom, calledNumber } = context;
  const last = divertedFrom === null ? [calledNumber] : [divertedFrom, calledNumber];
  const all = [firstDialled, ...visited, ...last];
  return all.filter((number, i) => number !== all[i - 1]);
}

/** The number first called, and the latest of the others. */
function told(numbers: readonly string[]): readonly string[] {
  return numbers.length <= MOST_ENTRIES
    ? numbers
    : [...numbers.slice(0, 1), ...numbers.slice(1 - MOST_ENTRIES)];
}

function ownEntries(
  context: CallContext,
  numbers: readonly string[],
  brought: readonly string[],
  naming: Naming,
): string[] {
  const above = brought.at(-1);
  const known = above !== undefined && userOf(readAddress(above)?.uri ?? '') === numbers[0];
  let parent = above === undefined ? null : parameterOf(above, 'index');
  const entries: string[] = [];
  for (const [i, number] of numbers.entries()) {
    // The carrier's last entry is the number that the caller's INVITE was for.
    if (i === 0 && known) continue;
    const index = parent === null ? '1' : `${parent}.1`;
    const reason = i === numbers.length - 1 ? '' : `?Reason=${reasonAt(i, numbers.length, context)}`;
    const mapped = parent === null || i === 0 ? '' : `;mp=${parent}`;
    entries.push(`<${ownUri(number, naming)}${reason}>;index=${index}${mapped}`);
    parent = index;
  }
  return entries;
}

/** Reason (RFC 3326) why the call left number `i`, escaped for a URI: all but the last were left by transfers. */
function reasonAt(i: number, count: number, context: CallContext): string {
  const { status, text } = LEFT_FOR[(i === count - 2 ? context.diversion : null) ?? 'deflection'];
  return encodeURIComponent(`SIP;cause=${status};text="${text}"`);
}

/** The entries that the caller's INVITE brought; none of them when they are too many or one has no index. */
function broughtEntries(header: string | undefined): readonly string[] {
  const entries = splitValues(header ?? '');
  const sound = entries.every((entry) =>
    /^\d{1,4}(\.\d{1,4}){0,20}$/.test(parameterOf(entry, 'index') ?? ''),
  );
  return sound && entries.length <= MOST_ENTRIES ? entries : [];
}
