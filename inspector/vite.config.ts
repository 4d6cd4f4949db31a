import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The page: one script and one style sheet, no inline code, every address relative, so that it can be mounted anywhere. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: { alias: { 'espalier/client': fileURLToPath(new URL('../src/client.ts', import.meta.url)) } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
    // Preact and the rest keep their notices beside the code.
    license: { fileName: 'licenses.md' },
    reportCompressedSize: false,
  },
});
