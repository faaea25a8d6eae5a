/** Which language a caller speaks, as far as anybody knows. */
import { spokenLanguage } from '../agents/spoken-language.js';
import type { Call, CallId, Transfer } from '../call/call.js';
import type { DialPlan } from '../dialplan/plan.js';
import { splitValues } from './header-values.js';

/**
 * Languages of callers. Who knows it best comes first: an agent who has spoken with the caller (a transfer by the API
 * names it); the matter, then the number, of the transfer that is under way; the number that the caller dialled; the
 * trunk; and where the trunk leaves it to the caller, what the INVITE prefers (Accept-Language, RFC 3261 §20.3).
 */
export class CallerLanguages {
  /** What agents told, as long as the call lives. */
  readonly #told = new Map<CallId, string>();

  /** An agent has found out. */
  tell(call: CallId, tag: string): void {
    const language = spokenLanguage(tag);
    if (language !== null) this.#told.set(call, language);
  }

  /** What an agent told; null: nobody did. */
  told(call: CallId): string | null {
    return this.#told.get(call) ?? null;
  }

  forget(call: CallId): void {
    this.#told.delete(call);
  }

  /** As `spokenLanguage` gives it; null while nothing is known. */
  of(call: Call, plan: DialPlan): string | null {
    const told = this.#told.get(call.id);
    if (told !== undefined) return told;
    const transfer = transferOf(call);
    const tag =
      plan.matters.get(transfer?.matter ?? '')?.language ??
      plan.languageOf(transfer?.requestedTarget ?? '') ??
      plan.languageOf(call.dialled) ??
      ofTrunk(call, plan);
    return tag === null ? null : spokenLanguage(tag);
  }
}

function transferOf({ phase }: Call): Transfer | null {
  return phase.name === 'transferring' ? phase.transfer : null;
}

function ofTrunk({ trunk, carried }: Call, plan: DialPlan): string | null {
  // Colleagues who call each other understand each other.
  if (trunk === null) return null;
  const language = plan.trunks.get(trunk)?.language ?? null;
  return language === 'caller' ? preferredLanguage(carried.headers['Accept-Language'] ?? '') : language;
}

/** The language that an Accept-Language header likes best; null when it names none. */
export function preferredLanguage(header: string): string | null {
  let best: { readonly tag: string; readonly q: number } | null = null;
  for (const value of splitValues(header)) {
    const [tag = '', ...parameters] = value.split(';').map((part) => part.trim());
    const q = qualityOf(parameters);
    if (spokenLanguage(tag) !== null && q > (best?.q ?? 0)) best = { tag, q };
  }
  return best?.tag ?? null;
}

/** RFC 3261 §25.1: `q` is 1 when left out; what cannot be read says nothing. */
function qualityOf(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => /^q\s*=/i.test(parameter));
  if (q === undefined) return 1;
  const text = q.slice(q.indexOf('=') + 1).trim();
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}
