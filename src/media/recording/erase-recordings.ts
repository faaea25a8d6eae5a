import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingOfErased } from '../../ledger/erase-caller.js';
import type { AuditRecord } from '../../ledger/records.js';
import { isKeptFile } from './kept-file.js';
import { removeFile } from './retention.js';
import { keptFolder } from './spool.js';

export interface EraseRecordingsOptions {
  /** Folder of recordings; absolute. */
  readonly folder: string;
  /** Who asks, for the audit. */
  readonly by: string;
  /** Resolves when the record is on the disk; rejects when the disk refuses. */
  readonly append: (record: AuditRecord) => Promise<void>;
  /** UTC milliseconds. */
  readonly now: () => number;
}

/**
 * Delete the files of recordings for good, each once the ledger has that it is. Those that are gone already are left out, so
 * that it can be asked for again after a crash. Rejects with errors of the disk.
 */
export async function eraseRecordings(
  recordings: readonly RecordingOfErased[],
  { folder, by, append, now }: EraseRecordingsOptions,
): Promise<void> {
  for (const { id, callId, file } of recordings) {
    if (file === null || !isKeptFile(file)) continue;
    const path = join(keptFolder(folder), file);
    if (!(await isThere(path))) continue;
    const doneAt = now();
    // First the record: nothing goes without one.
    await append({
      kind: 'audit',
      id: `audit-${doneAt.toString(36)}-${randomBytes(6).toString('hex')}`,
      doneAt,
      actor: by,
      action: 'recording-deleted',
      subject: id,
      callId,
      detail: 'the caller is erased',
    });
    await removeFile({ id, path });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
