import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/**
 * Start a worker thread from a module beside the caller. Built, that is a `.js` file. Run from the
 * sources (tests, development) it is a `.ts` file, which the thread loads through tsx.
 *
 * @param name file name without extension
 * @param from `import.meta.url` of the caller
 */
export function startWorker(name: string, from: string, workerData: unknown): Worker {
  if (!new URL(from).pathname.endsWith('.ts'))
    return new Worker(new URL(`./${name}.js`, from), { workerData, execArgv: [] });
  const entry = new URL(`./${name}.ts`, from).href;
  // The path that `import` would find; `require.resolve` finds the CommonJS twin, which does not load here.
  const manifest = pathToFileURL(createRequire(from).resolve('tsx/package.json'));
  const tsx = new URL('./dist/esm/api/index.mjs', manifest).href;
  const boot = `import(${JSON.stringify(tsx)}).then(({ tsImport }) => tsImport(${JSON.stringify(entry)}, ${JSON.stringify(from)}))`;
  return new Worker(boot, { eval: true, workerData, execArgv: [] });
}
