import { randomBytes } from 'node:crypto';
import type { AuditAction, AuditRecord } from '../ledger/records.js';
import type { RecordingFiles } from './context.js';

/** Requests of one person for one recording that lie no further apart are one listening; milliseconds. */
const ONE_LISTENING_MS = 60_000;
/** Listenings that are remembered; those that came first are forgotten first, and then written once more. */
const MOST_LISTENINGS = 1000;

/** Who does what. */
export interface Doing {
  readonly actor: string;
  readonly action: AuditAction;
  /** Id of a recording or call. */
  readonly subject: string;
  readonly callId: string | null;
  readonly detail: string | null;
}

/** Writes into the ledger who did what with recordings, before it is done. */
export class RecordingAudit {
  readonly #listenings = new Map<string, number>();

  constructor(
    private readonly files: RecordingFiles | undefined,
    private readonly now: () => number,
  ) {}

  /** False when it cannot be written: then it must not be done. */
  async write(doing: Doing): Promise<boolean> {
    if (this.files === undefined) return false;
    const doneAt = this.now();
    const id = `audit-${doneAt.toString(36)}-${randomBytes(6).toString('hex')}`;
    const record: AuditRecord = { kind: 'audit', id, doneAt, ...doing };
    return this.files.audit(record).then(
      () => true,
      () => false,
    );
  }

  /** The same for one of the many requests in which a player fetches a recording. */
  async listening(doing: Omit<Doing, 'action'>): Promise<boolean> {
    const who = `${doing.actor} ${doing.subject}`;
    const last = this.#listenings.get(who);
    const now = this.now();
    const goesOn = last !== undefined && now - last < ONE_LISTENING_MS;
    if (!goesOn && !(await this.write({ ...doing, action: 'recording-played' }))) return false;
    this.#listenings.delete(who);
    this.#listenings.set(who, now);
    const [oldest] = this.#listenings.keys();
    if (this.#listenings.size > MOST_LISTENINGS && oldest !== undefined) this.#listenings.delete(oldest);
    return true;
  }
}
