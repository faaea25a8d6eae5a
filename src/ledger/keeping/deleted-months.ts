/**
 * Months that were deleted when their time was over. What is left of one is an audit record in a later file: where the
 * chain stood before and after it. So the chain can still be checked over the gap, and a file that somebody else took
 * away is told from one that was deleted by rule.
 */
import type Database from 'better-sqlite3';
import type { ChainHead } from '../chain.js';
import type { Previous } from '../meta.js';
import type { Month } from '../month.js';
import type { AuditRecord } from '../records.js';

/** Where the chain stood before the first and after the last record of a month. */
export interface ChainSpan {
  readonly start: ChainHead;
  readonly end: ChainHead;
}

const DETAIL =
  /^chain (\d{1,15}):([0-9a-f]{64}) to (\d{1,15}):([0-9a-f]{64}), \d+ records(?:; (\d{4}-\d{2}) stays)?$/;

/** What the record of a deletion tells. */
export interface Deletion extends ChainSpan {
  /** The last month before it that stayed, because something in it is held; null when none did. */
  readonly stays: Month | null;
}

/** The audit record of a deletion, always under the same id for a month. */
export function deletionRecord(month: Month, { start, end, stays }: Deletion, doneAt: number): AuditRecord {
  const records = end.count - start.count;
  return {
    kind: 'audit',
    id: `month-deleted-${month}`,
    doneAt,
    actor: 'onekey',
    action: 'month-deleted',
    subject: month,
    callId: null,
    detail: `chain ${start.count}:${start.hash} to ${end.count}:${end.hash}, ${records} records${stays === null ? '' : `; ${stays} stays`}`,
  };
}

/** The months that were deleted, as these files tell. */
export function deletions(files: readonly Database.Database[]): ReadonlyMap<Month, Deletion> {
  const spans = new Map<Month, Deletion>();
  for (const db of files) {
    const rows = db
      .prepare<[], { subject: string; detail: string | null }>(
        "SELECT subject, detail FROM audits WHERE action = 'month-deleted'",
      )
      .all();
    for (const { subject, detail } of rows) {
      const match = DETAIL.exec(detail ?? '');
      if (match === null) continue;
      const [, from, fromHash, to, toHash, stays] = match;
      spans.set(subject, {
        start: { count: Number(from), hash: fromHash ?? '' },
        end: { count: Number(to), hash: toHash ?? '' },
        stays: stays ?? null,
      });
    }
  }
  return spans;
}

/**
 * Why a month's file does not go on where the one before it ended; null when it does, or when the months between were
 * deleted by the ledger.
 *
 * @param previous what the file says of the one before
 * @param before the file that is there before it, `null` for none, and where it ended
 */
export function linkFault(
  previous: Previous,
  before: { readonly file: string | null; readonly head: ChainHead },
  deleted: () => ReadonlyMap<Month, Deletion>,
): string | null {
  if (previous.file === before.file)
    return isSame(previous, before.head)
      ? null
      : `it does not go on where ${before.file ?? 'the chain'} ended`;
  const missing = `it goes on from ${previous.file ?? 'nothing'}, which is not there before it`;
  const spans = deleted();
  let at = spans.get(previous.file?.replace('.sqlite', '') ?? '');
  if (at === undefined || !isSame(at.end, previous)) return missing;
  const earlier = (span: ChainSpan): Deletion | undefined =>
    [...spans.values()].find(({ end }) => isSame(end, span.start));
  for (let left = spans.size; left > 0 && at !== undefined; left--) {
    if (isSame(at.start, before.head)) return null;
    if (before.file === null && at.stays !== null && !spans.has(at.stays))
      return `${at.stays} stayed, and is gone`;
    at = earlier(at);
  }
  // Deletions before that may be told of in files that are deleted as well.
  if (before.file === null) return null;
  return `it does not go on where ${before.file} ended, and no record tells of a month between that was deleted`;
}

function isSame(one: ChainHead, other: ChainHead): boolean {
  return one.count === other.count && one.hash === other.hash;
}
