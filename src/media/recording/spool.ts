import { accessSync, constants, mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecordingEntry, readEntry } from './entry.js';

const entryEnd = '.json';
/** What rtpengine makes in its folder, and what the names in them begin with, before the call. */
const engineFolders = [
  ['pcaps', ''],
  ['metadata', 'rtpengine-meta-'],
  ['tmp', 'rtpengine-meta-'],
] as const;

/**
 * The folder of recordings: `spool/engine`, where the media server writes what it hears; `spool/calls`, what is to
 * become of it; `kept`, the files that are done, by year, month and day. All but {@link prepare} reject with errors of
 * the file system.
 */
/** Where the finished files are in the folder of recordings. */
export function keptFolder(folder: string): string {
  return join(folder, 'kept');
}

export class Spool {
  readonly captures: string;
  readonly kept: string;
  readonly #entries: string;

  /**
   * @param folder absolute
   * @param captures folder that external media servers write to, as this machine sees it; our own when null
   */
  constructor(
    private readonly folder: string,
    captures: string | null,
  ) {
    this.captures = captures ?? join(folder, 'spool', 'engine');
    this.#entries = join(folder, 'spool', 'calls');
    this.kept = keptFolder(folder);
  }

  /** Make the folders where they are missing; null when all can be written, else why not. */
  prepare(): string | null {
    try {
      // What people say is for nobody else on this machine.
      mkdirSync(this.folder, { recursive: true, mode: 0o750 });
      for (const folder of [this.captures, this.#entries, this.kept]) {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        accessSync(folder, constants.W_OK | constants.X_OK);
      }
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Keep an entry in place of what was kept of it before. */
  async put(entry: RecordingEntry): Promise<void> {
    const file = join(this.#entries, `${entry.id}${entryEnd}`);
    await writeFile(`${file}.new`, JSON.stringify(entry), { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.#entries, `${id}${entryEnd}`), { force: true });
  }

  /** All entries, by their time; files that are none are passed over. */
  async entries(): Promise<readonly RecordingEntry[]> {
    const names = (await readdir(this.#entries)).filter((name) => name.endsWith(entryEnd));
    const found: RecordingEntry[] = [];
    for (const name of names) {
      const entry = readEntry(await readFile(join(this.#entries, name), 'utf8'));
      if (entry !== null) found.push(entry);
    }
    return found.sort((a, b) => a.startedAt - b.startedAt);
  }

  /** What the media server wrote of a call. */
  async capturesOf(callId: string): Promise<readonly string[]> {
    const folder = join(this.captures, 'pcaps');
    const names = (await readdirOrNone(folder)).filter((name) => name.startsWith(`${callId}-`));
    return names.sort().map((name) => join(folder, name));
  }

  /** Remove what the media server wrote of a call. */
  async dropCaptures(callId: string): Promise<void> {
    await this.#drop((call) => call === callId);
  }

  /** Remove what it wrote of all calls but these. @returns how many captures there were */
  async dropStrays(calls: ReadonlySet<string>): Promise<number> {
    return this.#drop((call) => !calls.has(call));
  }

  /** Room on the disk of the spool; bytes. */
  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.captures);
    return bavail * bsize;
  }

  /** Path of a kept file; its folder is made. */
  async keptFile(file: string): Promise<string> {
    const path = join(this.kept, file);
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    return path;
  }

  async #drop(isMeant: (call: string) => boolean): Promise<number> {
    let captures = 0;
    for (const [folder, start] of engineFolders) {
      const path = join(this.captures, folder);
      for (const name of await readdirOrNone(path)) {
        // `<call>-<16 hex digits>.<ending>`, with the start before it.
        const call = name.startsWith(start)
          ? /^([A-Za-z0-9]+)-/.exec(name.slice(start.length))?.[1]
          : undefined;
        if (call === undefined || !isMeant(call)) continue;
        await rm(join(path, name), { force: true });
        if (folder === 'pcaps') captures += 1;
      }
    }
    return captures;
  }
}

async function readdirOrNone(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    // The media server makes it with its first recording.
    return [];
  }
}
