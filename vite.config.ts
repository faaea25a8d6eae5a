import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** The pages: from src/web to dist/web, served by the API under /desk/. */
export default defineConfig({
  root: 'src/web',
  base: '/',
  plugins: [vue()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: { input: { desk: 'src/web/desk/index.html' } },
  },
});
