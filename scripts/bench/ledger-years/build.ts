import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginLedger } from '../../../src/ledger/begin-ledger.js';
import { DERIVED } from '../../../src/ledger/derived.js';
import { ledgerFolder, listMonths, monthPath } from '../../../src/ledger/ledger-folder.js';
import type { LedgerRecord } from '../../../src/ledger/records.js';
import { SCHEMA_VERSION } from '../../../src/ledger/schema.js';
import { WriterStore } from '../../../src/ledger/writer-store.js';
import { HOUR_MS } from './calendar.js';
import { monthStart, type YearsWish, years } from './years.js';

/** A ledger that was built. */
export interface Built {
  /** Data folder. */
  readonly dir: string;
  readonly calls: number;
  readonly legs: number;
  readonly transfers: number;
  readonly records: number;
  /** Of all months' files. */
  readonly bytes: number;
  /** Records a second, over what the last run of the build wrote. */
  readonly perSecond: number;
}

/** How far a build has come. */
export interface BuildProgress {
  readonly records: number;
  readonly perSecond: number;
  /** From 0 to 1. */
  readonly done: number;
  readonly secondsLeft: number;
}

/** Records in one transaction. */
const BATCH = 5000;
const TELL_MS = 5000;
const STAMP = 'built.json';

interface Stamp {
  readonly of: string;
  /** Null while it is being built. */
  readonly built: Omit<Built, 'dir'> | null;
}

/**
 * The ledger of these years in a data folder, written by the writer of the product with its clock set to the time of the
 * records. One that is there already, of the same years and in the same format, is taken as it is, or completed when its
 * build was interrupted; any other is replaced.
 */
export function buildYears(
  wish: YearsWish,
  dir: string,
  onProgress: (progress: BuildProgress) => void,
): { readonly built: Built; readonly reused: boolean } {
  const of = fingerprint(wish);
  const there = readStamp(dir);
  if (there?.of === of && there.built !== null) return { built: { dir, ...there.built }, reused: true };
  if (there?.of !== of && existsSync(dir)) {
    if (there === undefined && readdirSync(dir).length > 0 && !existsSync(ledgerFolder(dir)))
      throw new Error(`${dir} holds something else than a ledger that this bench has built`);
    rmSync(ledgerFolder(dir), { recursive: true, force: true });
  }
  mkdirSync(ledgerFolder(dir), { recursive: true });
  writeStamp(dir, { of, built: null });
  const built = write(wish, dir, onProgress);
  writeStamp(dir, { of, built });
  return { built: { dir, ...built }, reused: false };
}

function write(
  wish: YearsWish,
  dir: string,
  onProgress: (progress: BuildProgress) => void,
): Omit<Built, 'dir'> {
  const folder = ledgerFolder(dir);
  const from = monthStart(wish.firstMonth);
  const to = monthStart(wish.firstMonth, wish.months);
  let now = from;
  beginLedger({ folder, now });
  const store = new WriterStore({ folder, now: () => now });
  const counts = { call: 0, leg: 0, transfer: 0, recording: 0, audit: 0 };
  const began = performance.now();
  let told = began;
  let records = 0;
  const done = store.lastBatch;
  let written = 0;
  let number = 0;
  let batch: LedgerRecord[] = [];
  // The same seed gives the same batches, so those of an interrupted build are only counted.
  const commit = (): void => {
    number += 1;
    records += batch.length;
    if (number > done) {
      store.commit({ number, records: batch, journal: [] });
      written += batch.length;
    }
    batch = [];
  };

  const turns = new Set(
    Array.from({ length: wish.months }, (_, month) => monthStart(wish.firstMonth, month)),
  );
  for (const hour of years(wish)) {
    // Each month in a file of its own: no batch goes over the turn.
    if (turns.has(hour.from) && batch.length > 0) commit();
    for (const { at, records: together } of hour.groups) {
      for (const record of together) {
        counts[record.kind] += 1;
        batch.push(record);
      }
      now = at;
      if (batch.length >= BATCH) commit();
    }
    const at = performance.now();
    if (at - told < TELL_MS) continue;
    told = at;
    const seconds = (at - began) / 1000;
    const share = Math.min(1, (hour.from + HOUR_MS - from) / (to - from));
    const perSecond = (written === 0 ? records : written) / seconds;
    onProgress({ records, done: share, perSecond, secondsLeft: (records / share - records) / perSecond });
  }
  if (batch.length > 0) commit();
  store.close();
  return {
    calls: counts.call,
    legs: counts.leg,
    transfers: counts.transfer,
    records,
    bytes: listMonths(folder).reduce((sum, month) => sum + statSync(monthPath(folder, month)).size, 0),
    perSecond: written / ((performance.now() - began) / 1000),
  };
}

/** What decides how the files look: the wish, the generator, and the format. */
function fingerprint(wish: YearsWish): string {
  const hash = createHash('sha256');
  const generator = readdirSync(import.meta.dirname).filter((name) => name !== 'build.ts');
  for (const name of generator.sort()) hash.update(readFileSync(join(import.meta.dirname, name)));
  hash.update(readFileSync(wish.dialPlan));
  const derived = DERIVED.map(({ name, version }) => [name, version]);
  hash.update(JSON.stringify([{ ...wish, dialPlan: null }, SCHEMA_VERSION, derived]));
  return hash.digest('hex');
}

function writeStamp(dir: string, stamp: Stamp): void {
  writeFileSync(join(dir, STAMP), JSON.stringify(stamp, null, 2));
}

function readStamp(dir: string): Stamp | undefined {
  const path = join(dir, STAMP);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Stamp) : undefined;
}
