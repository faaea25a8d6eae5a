import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

/** Each text file once more beside itself, compressed, as browsers are sent it. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const texts = Object.keys(bundle).filter((name) => /\.(js|css|html)$/.test(name));
      for (const path of texts.map((name) => join(dir, name))) {
        const text = await readFile(path);
        await writeFile(`${path}.br`, await promisify(brotliCompress)(text));
        await writeFile(`${path}.gz`, await promisify(gzip)(text, { level: 9 }));
      }
    },
  };
}

/** The pages: from src/web to dist/web, served by the API under /desk/ and /ops/. */
export default defineConfig({
  root: 'src/web',
  base: '/',
  plugins: [vue(), compressed()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      input: { desk: 'src/web/desk/index.html', ops: 'src/web/ops/index.html' },
      output: {
        // Loaded with the first chart only; apart from our own code, so that a browser keeps it over our releases.
        codeSplitting: {
          groups: [
            { name: 'drawing', test: /node_modules\/zrender\// },
            { name: 'charts', test: /node_modules\/echarts\// },
          ],
        },
      },
    },
  },
});
