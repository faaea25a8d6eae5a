/** How calls back come out that were begun on the page. */
import { onScopeDispose } from 'vue';
import type { MissedCall } from './server/shapes.js';

/** How a call back came out: `cause` says why the caller was not reached. */
export type CallBackNews =
  | { readonly reached: true }
  | { readonly reached: false; readonly cause: string | null };

/** Pause between two looks; milliseconds. */
const EVERY_MS = 2000;
/** Phones ring for less long. */
const LONGEST_MS = 300_000;

/**
 * Looks at the list while calls back are under way: who is gone from it was reached, who has one more attempt was not.
 *
 * @param look the list anew; null when it cannot be had, or is of others by now
 */
export function useCallBacks(
  look: () => Promise<readonly MissedCall[] | null>,
  tell: (news: CallBackNews) => void,
): { follow(begun: MissedCall): void; forget(): void } {
  const begun = new Map<string, { readonly of: MissedCall; readonly until: number }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function check(): Promise<void> {
    const items = await look();
    for (const [id, { of, until }] of begun) {
      const news = items === null ? null : newsOf(of, items);
      const gone = items !== null && !items.some((item) => item.id === id);
      if (news !== null || gone || Date.now() > until) begun.delete(id);
      if (news !== null) tell(news);
    }
    again();
  }

  function again(): void {
    clearTimeout(timer);
    if (begun.size > 0) timer = setTimeout(() => void check(), EVERY_MS);
  }

  const forget = (): void => {
    begun.clear();
    clearTimeout(timer);
  };
  onScopeDispose(forget);
  return {
    follow(of) {
      begun.set(of.id, { of, until: Date.now() + LONGEST_MS });
      again();
    },
    /** The list is of others now. */
    forget,
  };
}

/** Null while nothing is known yet. */
export function newsOf(begun: MissedCall, items: readonly MissedCall[]): CallBackNews | null {
  const now = items.find(({ id }) => id === begun.id);
  if (now === undefined) return hasCalledAgain(begun, items) ? null : { reached: true };
  const [last] = now.attempts;
  if (last === undefined || now.attempts.length <= begun.attempts.length) return null;
  return { reached: false, cause: last.cause };
}

/** Their newest call names the entry: it is another one when they have called in vain again meanwhile. */
function hasCalledAgain(begun: MissedCall, items: readonly MissedCall[]): boolean {
  const same = items.find(
    ({ callerNumber, member }) => callerNumber === begun.callerNumber && member === begun.member,
  );
  return same !== undefined && same.id !== begun.id;
}
