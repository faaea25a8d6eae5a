/** The model as one bundle, made by esbuild: it runs twice as fast as through a test runner, and bugs can be put into it. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type * as Explore from './explore.js';
import type { Mutant } from './mutants.js';

const here = dirname(fileURLToPath(import.meta.url));
const callFolder = join(here, '..', '..', '..', 'src', 'call');

/** The source with the bug in it. Throws when the place is not found exactly once. */
function changed({ bug, file, from, to }: Mutant): { readonly path: string; readonly contents: string } {
  const path = join(callFolder, file);
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2)
    throw new Error(`"${bug}" fits src/call/${file} ${parts.length - 1} times; it must fit once`);
  return { path, contents: parts.join(to) };
}

/** The file of the model, and all that it imports, as one module for Node; with the core as it is, or with a bug in it. */
export async function bundled(file: string, mutant: Mutant | null): Promise<string> {
  const change = mutant === null ? null : changed(mutant);
  const bundle = await build({
    entryPoints: [join(here, file)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutant',
        setup(on) {
          on.onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === change?.path ? { contents: change.contents, loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
  const text = bundle.outputFiles[0]?.text ?? '';
  return `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
}

/** `explore.ts` with the core as it is, or with a bug in it. */
export async function modelWith(mutant: Mutant | null): Promise<typeof Explore> {
  const module = await bundled('explore.ts', mutant);
  const name = encodeURIComponent(mutant === null ? 'core' : basename(mutant.file) + mutant.bug);
  return import(/* @vite-ignore */ `${module}#${name}`) as Promise<typeof Explore>;
}
