import type { AuditDesk, Done } from './audit-desk.js';

/** Refusals that are written in one minute at most; what is beyond is counted, and told with the next one. */
const MOST_A_MINUTE = 30;
const MINUTE_MS = 60_000;

/** Writes refusals into the ledger, so that who is refused over and over does not fill the disk with it. */
export class SparingAudit {
  #minute = 0;
  #written = 0;
  #left = 0;

  constructor(
    private readonly desk: Pick<AuditDesk, 'write'>,
    private readonly now: () => number,
  ) {}

  /** Nobody waits for the disk with what is refused anyway. */
  write({ detail, ...done }: Omit<Done, 'detail'> & { readonly detail: object }): void {
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
    void this.desk.write({ ...done, detail: JSON.stringify({ ...detail, ...unwritten }) });
  }
}
