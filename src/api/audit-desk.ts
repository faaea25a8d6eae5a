import { randomBytes } from 'node:crypto';
import type { AuditAction, AuditRecord } from '../ledger/records.js';

/** What somebody did. */
export interface Done {
  readonly actor: string;
  readonly action: AuditAction;
  readonly subject: string;
  readonly callId: string | null;
  readonly detail: string | null;
}

/** Writes into the ledger who did what. */
export class AuditDesk {
  constructor(
    /** Resolves when the record is on the disk; rejects when the disk refuses. Without, nothing can be written. */
    private readonly append: ((record: AuditRecord) => Promise<void>) | undefined,
    private readonly now: () => number,
  ) {}

  /** False when it cannot be written: what must not be done unwritten is not to be done then. Never rejects. */
  async write(done: Done): Promise<boolean> {
    if (this.append === undefined) return false;
    const doneAt = this.now();
    const id = `audit-${doneAt.toString(36)}-${randomBytes(6).toString('hex')}`;
    return this.append({ kind: 'audit', id, doneAt, ...done }).then(
      () => true,
      () => false,
    );
  }
}
