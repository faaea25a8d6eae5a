import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { z } from 'zod';
import type { KeptSession } from './sessions.js';

const kept = z.strictObject({
  sessions: z.array(
    z.strictObject({
      id: z.string(),
      person: z.string(),
      mark: z.string(),
      startedAt: z.number(),
      lastUsedAt: z.number(),
      key: z.string(),
      keyMadeAt: z.number(),
      keyUsed: z.boolean(),
      before: z.strictObject({ key: z.string(), until: z.number().nullable() }).nullable(),
    }),
  ),
});

export interface SessionFileOptions {
  readonly path: string;
  readonly sessions: () => readonly KeptSession[];
  readonly onTrouble: (message: string) => void;
}

/** Sessions in a file of the data folder, replaced as a whole, so that a restart ends none. */
export class SessionFile {
  #writing: Promise<void> | null = null;
  #again = false;

  constructor(private readonly options: SessionFileOptions) {}

  /** What is kept; nothing when there is no such file, or it is not as we wrote it: then people log in again. */
  static read(path: string): readonly KeptSession[] {
    try {
      return kept.parse(JSON.parse(readFileSync(path, 'utf8'))).sessions;
    } catch {
      return [];
    }
  }

  /** Write what there is now; changes that come meanwhile are written together after it. */
  save(): void {
    if (this.#writing !== null) {
      this.#again = true;
      return;
    }
    this.#writing = this.#write()
      .catch((error: unknown) =>
        this.options.onTrouble(error instanceof Error ? error.message : String(error)),
      )
      .finally(() => {
        this.#writing = null;
        if (!this.#again) return;
        this.#again = false;
        this.save();
      });
  }

  /** Resolves when all that was to be saved is on disk, or was refused. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #write(): Promise<void> {
    const part = `${this.options.path}.part`;
    const handle = await open(part, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ sessions: this.options.sessions() }));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, this.options.path);
  }
}
