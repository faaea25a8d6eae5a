import Database from 'better-sqlite3';
import type { LedgerRecord } from '../../../../src/ledger/records.js';
import { contributionsOf } from '../../../../src/ledger/statistics/contribution.js';
import { CUBE_NAMES, CUBES } from '../../../../src/ledger/statistics/cubes.js';
import { STATISTICS } from '../../../../src/ledger/statistics/statistics-table.js';
import type { StatisticsFile, SumRow } from '../../../../src/ledger/statistics/sum-cube.js';

/** A database with the statistics of these records, written in portions of these sizes, the last one again and again. */
export function kept(
  records: readonly LedgerRecord[],
  portions: readonly number[] = [1000],
): Database.Database {
  const db = new Database(':memory:');
  STATISTICS.create(db);
  const write = STATISTICS.writer(db);
  const portion = db.transaction((part: readonly LedgerRecord[]) => part.forEach(write));
  for (let at = 0, i = 0; at < records.length; i++) {
    const size = portions[Math.min(i, portions.length - 1)] ?? 1;
    portion(records.slice(at, at + size));
    at += size;
  }
  return db;
}

/** The database as the statistics of a month's file. */
export function asFile(
  db: Database.Database,
  records: readonly LedgerRecord[],
  month = '2026-03',
): StatisticsFile {
  const hours = records.flatMap((record) => contributionsOf(record).map(({ hour }) => hour));
  const range =
    hours.length === 0
      ? null
      : {
          from: hours.reduce((a, b) => Math.min(a, b)),
          to: hours.reduce((a, b) => Math.max(a, b)) + 1,
        };
  const statements = new Map<string, Database.Statement<(string | number)[], SumRow>>();
  return {
    month,
    current: true,
    hours: range,
    prepare(sql) {
      const made = statements.get(sql) ?? db.prepare<(string | number)[], SumRow>(sql);
      statements.set(sql, made);
      return made;
    },
    atOnce: (read) => read(range),
  };
}

/** All rows of all tables. */
export function dump(db: Database.Database): unknown {
  return CUBE_NAMES.map((name) => db.prepare(`SELECT * FROM ${CUBES[name].table}`).all());
}
