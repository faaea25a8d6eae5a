import type { ExportRequest } from '../ledger/export/export-request.js';
import type { LedgerExport } from '../ledger/export/ledger-exports.js';
import type { AuditRecord } from '../ledger/records.js';

/** Exports of the ledger as files. */
export interface ExportDesk {
  /** Begin an export; null when as many run as may. */
  start(request: ExportRequest): LedgerExport | null;
  /** End all that run. */
  close(): void;
  /** Resolves when the record is on the disk; rejects when the disk refuses. */
  audit(record: AuditRecord): Promise<void>;
}
