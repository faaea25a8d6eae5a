import type { LiveCall, LiveEvent } from '../../engine/operations.js';
import type { DeskOutcome, DeskTransferMode } from './desk-state.js';

/** An outcome, with ids in place of names, and the call that it was in. */
export type Outcome = Omit<DeskOutcome, 'to'> & { readonly to: string; readonly callId: string | null };

interface Begun {
  readonly agent: string;
  readonly mode: DeskTransferMode;
  readonly to: string;
}

/** Outcomes that are kept, the newest of each agent; transfers under way that are followed. */
const MOST = 5_000;

/** Remembers how the last transfer of each agent came out, from the live events. */
export class TransferOutcomes {
  readonly #begun = new Map<string, Begun>();
  readonly #last = new Map<string, Outcome>();

  /** @param callOf a live call by its id */
  constructor(private readonly callOf: (id: string) => LiveCall | undefined) {}

  /** The last transfer by this agent; null when none is known. */
  of(agent: string): Outcome | null {
    return this.#last.get(agent) ?? null;
  }

  /** True when the event is one of a transfer. */
  hear(event: LiveEvent): boolean {
    const { type, transferId, detail } = event;
    if (transferId === null) return false;
    if (type === 'transfer-requested') {
      const begun = this.#begin(event);
      if (begun !== null) {
        keep(this.#begun, transferId, begun);
        this.#last.delete(begun.agent);
      }
      return true;
    }
    if (type === 'transfer-completed') return this.#end(event, 'completed', null);
    if (type === 'transfer-failed') return this.#end(event, 'failed', textOf(detail.cause));
    if (type === 'alert-raised') {
      const agent = this.#agentOf(event);
      if (agent !== null)
        keep(this.#last, agent, outcome(event, 'alerted', null, 'alert', textOf(detail.toMember) ?? ''));
      return true;
    }
    return false;
  }

  #begin(event: LiveEvent): Begun | null {
    const { trigger, fromMember, toMember } = event.detail;
    // The agent went on with another phone, or the page was loaded anew: nobody was moved.
    if (trigger === 'replaces' && fromMember === toMember) return null;
    const agent = this.#agentOf(event);
    const to = textOf(toMember);
    return agent === null || to === null ? null : { agent, to, mode: modeOf(event.detail.mode) };
  }

  #end(event: LiveEvent, how: 'completed' | 'failed', cause: string | null): boolean {
    const begun = this.#begun.get(event.transferId ?? '');
    if (begun === undefined) return true;
    this.#begun.delete(event.transferId ?? '');
    keep(this.#last, begun.agent, outcome(event, how, cause, begun.mode, begun.to));
    return true;
  }

  #agentOf({ callId, legId }: LiveEvent): string | null {
    const call = callId === null ? undefined : this.callOf(callId);
    return call?.legs.find(({ id }) => id === legId)?.agent ?? null;
  }
}

function outcome(
  { transferId, callId, at }: LiveEvent,
  how: DeskOutcome['outcome'],
  cause: string | null,
  mode: DeskTransferMode,
  to: string,
): Outcome {
  return { transferId: transferId ?? '', callId, outcome: how, cause, mode, to, at };
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}

function modeOf(value: unknown): DeskTransferMode {
  return value === 'consult' || value === 'conference' || value === 'alert' ? value : 'blind';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
