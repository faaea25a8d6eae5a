import type { AuditDesk } from '../audit-desk.js';
import { SparingAudit } from '../audit-sparingly.js';

/** Where somebody tries to log in, and how it goes. */
export interface LoginAttempt {
  /** Name that was tried; there need be no such account. */
  readonly name: string;
  /** IP address. */
  readonly from: string;
}

/** Writes into the ledger who logs in and out, and whom that was refused. Who guesses does not fill the disk with it. */
export class SessionAudit {
  readonly #refusals: SparingAudit;

  constructor(
    private readonly desk: Pick<AuditDesk, 'write'>,
    now: () => number,
  ) {
    this.#refusals = new SparingAudit(desk, now);
  }

  /** A session has begun. Logging in does not wait for the disk: operations must get in when it refuses. */
  began({ name, from }: LoginAttempt): void {
    void this.desk.write({ actor: name, action: 'logged-in', subject: name, callId: null, detail: from });
  }

  /** Somebody logged out. */
  ended({ name, from }: LoginAttempt): void {
    void this.desk.write({ actor: name, action: 'logged-out', subject: name, callId: null, detail: from });
  }

  /** Somebody was refused. */
  refused({ name, from }: LoginAttempt, why: 'wrong' | 'locked'): void {
    const action = 'login-refused';
    this.#refusals.write({ actor: 'onekey', action, subject: name, callId: null, detail: { why, from } });
  }
}
