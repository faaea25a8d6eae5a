import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type * as Explore from './explore.js';
import type { Mutant } from './mutants.js';

const here = dirname(fileURLToPath(import.meta.url));
const callFolder = join(here, '..', '..', 'src', 'call');

/** The model of `explore.ts` on a core with this bug put into it. Throws when the place is not found exactly once. */
export async function exploreWith(mutant: Mutant): Promise<typeof Explore> {
  const path = join(callFolder, mutant.file);
  const source = readFileSync(path, 'utf8');
  const parts = source.split(mutant.from);
  if (parts.length !== 2) {
    throw new Error(
      `"${mutant.bug}" fits src/call/${mutant.file} ${parts.length - 1} times; it must fit once`,
    );
  }
  const bundle = await build({
    entryPoints: [join(here, 'explore.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
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
  const text = bundle.outputFiles[0]?.text ?? '';
  const name = encodeURIComponent(basename(mutant.file) + mutant.bug);
  return import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(text).toString('base64')}#${name}`
  ) as Promise<typeof Explore>;
}
