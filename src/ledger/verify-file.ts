/** The file of a month as a whole: whether it is as it was when it was closed, and whether its indexes fit. */
import type Database from 'better-sqlite3';
import { errorText } from './faults.js';
import { type Closing, type FileDigest, isWhole } from './statements.js';

/** `closed`: byte for byte as it was when it was closed. `open`: nobody has stated yet how it is to be. */
export type FileState = 'closed' | 'open';

export type FileVerdict =
  | { readonly ok: true; readonly state: FileState }
  | { readonly ok: false; readonly why: string };

/**
 * @param digest of the file now; null where nothing was stated
 */
export function judgeWholeFile(
  db: Database.Database,
  path: string,
  closing: Closing | undefined,
  digest: FileDigest | null,
): FileVerdict {
  if (closing !== undefined && digest !== null) {
    const same = digest.sha256 === closing.sha256 && digest.bytes === closing.bytes && isWhole(path);
    if (same) return { ok: true, state: 'closed' };
  }
  const problem = integrityProblem(db);
  if (closing !== undefined) {
    const where =
      problem ?? 'it is in unused space, in the header or in what can be made anew from the records';
    return { ok: false, why: `the file is not as it was when it was closed; all records fit: ${where}` };
  }
  if (problem !== null) return { ok: false, why: `all records fit, but the file is damaged: ${problem}` };
  return { ok: true, state: 'open' };
}

/** The first thing that SQLite finds wrong with tables and indexes; null when nothing is. */
function integrityProblem(db: Database.Database): string | null {
  try {
    const found = db.prepare<[], string>('PRAGMA integrity_check(1)').pluck().get();
    return found === 'ok' ? null : String(found).replace(/\s*\n\s*/g, ' ');
  } catch (error) {
    return errorText(error).message;
  }
}
