import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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
export type Saved = 'new' | 'replaced' | 'too-many' | 'taken';

/** How often it is looked whether the file is free, and how long at most; milliseconds. */
const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 5000;
/** A file half written that is so old was left by a crash; milliseconds. */
const LEFT_BEHIND_MS = 10_000;

/**
 * Reports in a file of the data folder, which the server and the command line may both change. It is read anew whenever it
 * is needed, and replaced as a whole, so that a crash leaves the old or the new one. All methods reject with a
 * `ReportFileError` or the error of the disk.
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

  /**
   * Save a report, in place of the one of its name.
   *
   * @param mayReplace whether that one may go; else the name is taken
   */
  async save(report: Report, mayReplace: (old: Report) => boolean = () => true): Promise<Saved> {
    let saved: Saved = 'too-many';
    await this.#change((reports) => {
      const old = reports.find(({ name }) => name === report.name);
      if (old !== undefined && !mayReplace(old)) {
        saved = 'taken';
        return null;
      }
      const others = reports.filter(({ name }) => name !== report.name);
      if (others.length >= MOST_REPORTS) return null;
      saved = others.length === reports.length ? 'new' : 'replaced';
      return [...others, report];
    });
    return saved;
  }

  /** False when there is none of this name. */
  remove(name: string): Promise<boolean> {
    return this.#change((reports) => {
      const others = reports.filter((report) => report.name !== name);
      return others.length === reports.length ? null : others;
    });
  }

  /** Replace all of them, in one go. */
  async change(change: (reports: readonly Report[]) => readonly Report[]): Promise<void> {
    await this.#change(change);
  }

  /** False when there was nothing to change. */
  #change(change: (reports: readonly Report[]) => readonly Report[] | null): Promise<boolean> {
    const changed = this.#last.then(() => this.#changeFile(change));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  async #changeFile(change: (reports: readonly Report[]) => readonly Report[] | null): Promise<boolean> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o750 });
    const part = `${this.path}.part`;
    const handle = await openAlone(part);
    try {
      const reports = change(await this.list());
      if (reports === null) {
        await rm(part);
        return false;
      }
      await handle.writeFile(`${JSON.stringify({ reports }, null, 2)}\n`);
      if (process.getuid?.() === 0) await handle.chown(...(await this.#owner()));
      await handle.sync();
      await rename(part, this.path);
      return true;
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** Whose the file is, or the folder while there is none: what root saves must stay the server's. */
  async #owner(): Promise<[uid: number, gid: number]> {
    const { uid, gid } = await stat(this.path).catch(() => stat(dirname(this.path)));
    return [uid, gid];
  }
}

/** The file half written keeps other programs from writing until it is gone. */
async function openAlone(part: string): Promise<FileHandle> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const handle = await open(part, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null;
      throw error;
    });
    if (handle !== null) return handle;
    const { mtimeMs } = await stat(part).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LEFT_BEHIND_MS) await rm(part, { force: true });
    else if (performance.now() > until)
      throw new ReportFileError(`${part} is being written by another program; try again`);
    else await sleep(LOOK_EVERY_MS);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
