import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { keptReport, type Report } from './report-schemas.js';

/** Reports that may be kept. */
export const MOST_REPORTS = 200;

const file = z.strictObject({ reports: z.array(keptReport).max(MOST_REPORTS) });

/** The file cannot be read or is not as we wrote it; `message` names it. */
export class ReportFileError extends Error {
  override readonly name = 'ReportFileError';
}

/** What became of a report that should be saved. */
export type Saved = 'new' | 'replaced' | 'too-many';

/**
 * Reports in a file of the data folder. It is read anew whenever it is needed, and replaced as a whole, so that a crash
 * leaves the old or the new one. All methods reject with a `ReportFileError` or the error of the disk.
 */
export class ReportStore {
  /** Changes wait for each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  /** All of them, by name. */
  async list(): Promise<readonly Report[]> {
    const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '{"reports":[]}';
      throw new ReportFileError(`${this.path} cannot be read: ${error.message}`);
    });
    const parsed = file.safeParse(jsonOf(text));
    if (!parsed.success)
      throw new ReportFileError(`${this.path} is not a file of reports; move it away, or mend it`);
    return parsed.data.reports.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The report of a name; undefined when there is none. */
  async get(name: string): Promise<Report | undefined> {
    return (await this.list()).find((report) => report.name === name);
  }

  /** Save a report, in place of the one of its name. */
  save(report: Report): Promise<Saved> {
    return this.#change(async (reports) => {
      const others = reports.filter(({ name }) => name !== report.name);
      if (others.length >= MOST_REPORTS) return 'too-many';
      await this.#write([...others, report]);
      return others.length === reports.length ? 'new' : 'replaced';
    });
  }

  /** False when there is none of this name. */
  remove(name: string): Promise<boolean> {
    return this.#change(async (reports) => {
      const others = reports.filter((report) => report.name !== name);
      if (others.length === reports.length) return false;
      await this.#write(others);
      return true;
    });
  }

  #change<T>(change: (reports: readonly Report[]) => Promise<T>): Promise<T> {
    const changed = this.#last.then(async () => change(await this.list()));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  async #write(reports: readonly Report[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o750 });
    const part = `${this.path}.part`;
    const handle = await open(part, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({ reports }, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, this.path);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
