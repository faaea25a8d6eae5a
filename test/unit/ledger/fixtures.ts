import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { beginLedger } from '../../../src/ledger/begin-ledger.js';
import { ledgerFolder, listMonths, monthPath, prepareFolder } from '../../../src/ledger/ledger-folder.js';
import { WriterStore, type WriterStoreOptions } from '../../../src/ledger/writer-store.js';

export { auditRecord, callRecord, legRecord, recordingRecord, START, transferRecord } from './records.js';

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'onekey-ledger-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The writing end of a data folder's ledger, which is made where it is missing. */
export function writerOf(dir: string, options: Partial<WriterStoreOptions> = {}): WriterStore {
  const fault = prepareFolder(dir);
  if (fault !== null) throw new Error(fault.message);
  const { now = Date.now, ...others } = options;
  const folder = ledgerFolder(dir);
  beginLedger({ folder, now: now(), ...others });
  return new WriterStore({ folder, now, ...others });
}

/** Path of the newest month's file in a data folder. */
export function newestMonth(dir: string): string {
  const folder = ledgerFolder(dir);
  return monthPath(folder, listMonths(folder).at(-1) ?? 'none');
}
