import type { AuditDesk } from '../audit-desk.js';

/** Refusals that are written in one minute at most; what is beyond is counted, and told with the next one. */
const MOST_A_MINUTE = 30;
const MINUTE_MS = 60_000;

/** Where somebody tries to log in, and how it goes. */
export interface LoginAttempt {
  /** Name that was tried; there need be no such account. */
  readonly name: string;
  /** IP address. */
  readonly from: string;
}

/** Writes into the ledger who logs in and out, and whom that was refused. Who guesses does not fill the disk with it. */
export class SessionAudit {
  #minute = 0;
  #written = 0;
  #left = 0;

  constructor(
    private readonly desk: Pick<AuditDesk, 'write'>,
    private readonly now: () => number,
  ) {}

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
    const minute = Math.floor(this.now() / MINUTE_MS);
    if (minute !== this.#minute) this.#written = 0;
    this.#minute = minute;
    if (this.#written >= MOST_A_MINUTE) {
      this.#left++;
      return;
    }
    this.#written++;
    const unwritten = this.#left === 0 ? {} : { unwritten: this.#left };
    this.#left = 0;
    const detail = JSON.stringify({ why, from, ...unwritten });
    void this.desk.write({ actor: 'onekey', action: 'login-refused', subject: name, callId: null, detail });
  }
}
