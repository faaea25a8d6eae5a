import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../sync-folder.js';

const FORMAT = 1;
const FILE = 'backup.json';

const fileSchema = z.object({
  /** Path within the backup, such as `ledger/2026-03.sqlite`. */
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  /** Of the copy; 64 lower-case hex digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Whether nothing is added to the original any more: a copy of it will do for the next backup, too. */
  closed: z.boolean(),
  /** Of the original, when it was copied: another length or time says that it has changed since. */
  source: z.object({ bytes: z.number(), modifiedMs: z.number() }),
});

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  /** When the backup was complete; ISO 8601. */
  takenAt: z.string(),
  /** Where the chain stood. */
  head: z.object({ count: z.number().int(), hash: z.string() }),
  files: z.array(fileSchema),
});

/** A file of a backup. */
export type BackedUpFile = z.infer<typeof fileSchema>;
/** What a backup holds; `backup.json` in its folder. */
export type Manifest = z.infer<typeof manifestSchema>;

/** What a backup's folder says it holds; `none` where there is no manifest in it, a text when it cannot be read. */
export function readManifest(folder: string): Manifest | 'none' | { readonly fault: string } {
  const path = join(folder, FILE);
  if (!existsSync(path)) return 'none';
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : { fault: `${path} is no manifest of a backup` };
  } catch (error) {
    return { fault: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Write the manifest; it is there as a whole, or as it was. Throws errors of the system. */
export function writeManifest(folder: string, manifest: Omit<Manifest, 'format'>): void {
  const path = join(folder, FILE);
  const fd = openSync(`${path}.part`, 'w', 0o640);
  try {
    writeSync(fd, `${JSON.stringify({ format: FORMAT, ...manifest }, null, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.part`, path);
  syncFolder(dirname(path));
}
