import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type * as Batch from './batch.js';
import type { Mutant } from './mutants.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');

/**
 * `batch.ts` on a program with this bug put into it, until `use` is done with it. Throws when the place is not found
 * exactly once.
 */
export async function withBug<T>(mutant: Mutant, use: (batch: typeof Batch) => Promise<T>): Promise<T> {
  const path = join(root, 'src', mutant.file);
  const parts = readFileSync(path, 'utf8').split(mutant.from);
  if (parts.length !== 2)
    throw new Error(`"${mutant.bug}" fits src/${mutant.file} ${parts.length - 1} times; it must fit once`);
  const bundle = await build({
    entryPoints: [join(here, 'batch.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    // The world takes `node:net` over, in which the library must look for its connection at run time.
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        setup(on) {
          on.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
            loaded === path ? { contents: parts.join(mutant.to), loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  // Beside the sources, so that packages are found.
  const folder = await mkdtemp(join(root, 'node_modules', '.mutant-'));
  try {
    const file = join(folder, 'batch.mjs');
    await writeFile(file, bundle.outputFiles[0]?.text ?? '');
    return await use((await import(/* @vite-ignore */ file)) as typeof Batch);
  } finally {
    await rm(folder, { recursive: true });
  }
}
