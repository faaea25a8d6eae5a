import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

const dayMs = 24 * 3600 * 1000;

/** A kept file whose time is over. */
export interface Expired {
  /** Id of the recording. */
  readonly id: string;
  readonly path: string;
}

/**
 * Files in the folder of kept ones (`2026/03/02/ID.wav`) that began on a day (UTC) more than so many days ago. Other
 * files and folders are nobody's business here. Rejects with errors of the file system.
 */
export async function expiredFiles(kept: string, days: number, now: number): Promise<readonly Expired[]> {
  const firstToStay = Math.floor(now / dayMs) - days;
  const found: Expired[] = [];
  for (const year of await numbersIn(kept, 4))
    for (const month of await numbersIn(join(kept, year), 2))
      for (const day of await numbersIn(join(kept, year, month), 2)) {
        const begun = Date.UTC(Number(year), Number(month) - 1, Number(day)) / dayMs;
        if (begun >= firstToStay) continue;
        const folder = join(kept, year, month, day);
        for (const name of await readdir(folder))
          if (name.endsWith('.wav')) found.push({ id: name.slice(0, -4), path: join(folder, name) });
      }
  return found;
}

/** Delete a file, and the folders of its day, month and year where nothing else is in them. */
export async function removeFile({ path }: Expired): Promise<void> {
  await rm(path, { force: true });
  for (const up of ['..', '../..', '../../..']) {
    const emptied = await rmdir(join(path, up)).then(
      () => true,
      () => false,
    );
    if (!emptied) return;
  }
}

async function numbersIn(folder: string, digits: number): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.length === digits && /^\d+$/.test(name)).sort();
}
