import type Database from 'better-sqlite3';
import type { LedgerRecord } from '../records.js';
import { type Contribution, contributionsOf } from './contribution.js';
import { CUBE_NAMES, CUBES, type Cube } from './cubes.js';
import { SCALES, type Scale, timeIn } from './hours.js';

const SCALE_NAMES = Object.keys(SCALES) as readonly Scale[];

/**
 * The statistics of a month's file as tables beside its records, kept up as records come and made anew from them when
 * their version is another one. A derived table in the sense of derived.ts.
 */
export const STATISTICS = {
  name: 'statistics',
  /** Grows with every change of what a record adds (contribution.ts) or of the tables (cubes.ts, buckets.ts). */
  version: 2,

  create(db: Database.Database): void {
    for (const name of CUBE_NAMES) db.exec(tableStatement(CUBES[name]));
  },

  drop(db: Database.Database): void {
    const tables = db
      .prepare<[], string>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'statistics\\_%' ESCAPE '\\'",
      )
      .pluck()
      .all();
    for (const table of tables) db.exec(`DROP TABLE "${table}"`);
  },

  writer(db: Database.Database): (record: LedgerRecord) => void {
    const adders = new Map<string, Database.Statement<(string | number)[]>>();
    const adderOf = (cube: Cube, sums: readonly string[]): Database.Statement<(string | number)[]> => {
      const shape = `${cube.table} ${sums.join(' ')}`;
      const known = adders.get(shape);
      if (known !== undefined) return known;
      const made = db.prepare<(string | number)[]>(addStatement(cube, sums));
      adders.set(shape, made);
      return made;
    };
    const add = ({ cube, hour, keys, add: sums }: Contribution): void => {
      const adder = adderOf(CUBES[cube], Object.keys(sums));
      const values = Object.values(sums);
      for (const scale of SCALE_NAMES) adder.run(SCALES[scale], timeIn(scale, hour), ...keys, ...values);
    };
    return (record) => contributionsOf(record).forEach(add);
  },
};

function tableStatement({ table, keys, sums }: Cube): string {
  const columns = [
    'scale INTEGER NOT NULL',
    'time INTEGER NOT NULL',
    ...keys.map((key) => (key === 'bucket' ? 'bucket INTEGER NOT NULL' : `${key} TEXT NOT NULL`)),
    ...sums.map((sum) => `${sum} INTEGER NOT NULL DEFAULT 0`),
    `PRIMARY KEY (${['scale', 'time', ...keys].join(', ')})`,
  ];
  return `CREATE TABLE ${table} (${columns.join(', ')}) WITHOUT ROWID;`;
}

function addStatement({ table, keys }: Cube, sums: readonly string[]): string {
  const columns = ['scale', 'time', ...keys, ...sums];
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT DO UPDATE SET ${sums.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ')}`;
}
