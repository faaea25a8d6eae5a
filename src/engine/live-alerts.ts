import type { LiveEvent } from './operations.js';

/** An alert as its event told of it. */
export interface RaisedAlert {
  readonly id: string;
  /** UTC milliseconds. */
  readonly raisedAt: number;
  readonly fromMember: string | null;
  readonly toMember: string;
  readonly matter: string | null;
  readonly note: string | null;
}

/** Alerts kept of one call, the newest ones; the ledger has all of them. */
const KEPT_OF_CALL = 100;
/** Calls whose alerts are kept, the newest ones. */
const KEPT_CALLS = 5000;

/** Remembers the alerts of calls that are live. */
export class LiveAlerts {
  readonly #ofCall = new Map<string, readonly RaisedAlert[]>();

  /** Hear an event: alerts are kept until their call ends. */
  hear({ type, callId, transferId, at, detail }: Omit<LiveEvent, 'seq'>): void {
    if (callId === null) return;
    if (type === 'call-ended') {
      this.#ofCall.delete(callId);
    } else if (type === 'alert-raised' && transferId !== null) {
      const alert: RaisedAlert = {
        id: transferId,
        raisedAt: at,
        fromMember: textOf(detail.fromMember),
        toMember: textOf(detail.toMember) ?? '',
        matter: textOf(detail.matter),
        note: textOf(detail.note),
      };
      this.#keep(callId, [...this.of(callId), alert].slice(-KEPT_OF_CALL));
    }
  }

  /** Alerts of a call, oldest first. */
  of(callId: string): readonly RaisedAlert[] {
    return this.#ofCall.get(callId) ?? [];
  }

  /** Calls that have alerts. */
  calls(): readonly string[] {
    return [...this.#ofCall.keys()];
  }

  #keep(callId: string, alerts: readonly RaisedAlert[]): void {
    this.#ofCall.delete(callId);
    this.#ofCall.set(callId, alerts);
    const oldest = this.#ofCall.keys().next();
    if (this.#ofCall.size > KEPT_CALLS && oldest.done !== true) this.#ofCall.delete(oldest.value);
  }
}

function textOf(value: string | number | boolean | null | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
