import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const packageSchema = z.object({ name: z.literal('onekey'), version: z.string() });

/** Folder of this package, the same whether the program runs from `src` or from `dist`, and its version. */
export interface PackageInfo {
  readonly root: string;
  readonly version: string;
}

let known: PackageInfo | undefined;

/** Find the folder that holds our package.json; throws when the installation is broken. */
export function packageInfo(): PackageInfo {
  known ??= findPackage(dirname(fileURLToPath(import.meta.url)));
  return known;
}

function findPackage(start: string): PackageInfo {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const parsed = packageSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (parsed.success) return { root: folder, version: parsed.data.version };
    }
    if (dirname(folder) === folder)
      throw new Error(`no package.json of onekey above ${start}; install it again`);
  }
}
