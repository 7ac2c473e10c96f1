// `npm run build` and, while pages are being written, `npx vite src/web` beside `npm run up`.
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vite';

const COMPRESSIBLE = /\.(js|css|svg|json)$/;

/** Every asset beside its compressed forms: the server sends them as they are. */
const compressed = () => ({
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir }, bundle) {
    for (const fileName of Object.keys(bundle).filter((name) => COMPRESSIBLE.test(name))) {
      const bytes = readFileSync(join(dir, fileName));
      const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
      writeFileSync(join(dir, `${fileName}.br`), brotliCompressSync(bytes, best));
      writeFileSync(join(dir, `${fileName}.gz`), gzipSync(bytes));
    }
  },
});

export default defineConfig({
  root: import.meta.dirname,
  publicDir: resolve(import.meta.dirname, 'public'),
  plugins: [compressed()],
  build: {
    outDir: resolve(import.meta.dirname, '../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Fonts and pictures as files: the policy allows none within the page.
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: {
      // 'use client' is for servers that render; there is none here.
      onLog: (level, log, tell) =>
        !['MODULE_LEVEL_DIRECTIVE', 'PLUGIN_TIMINGS'].includes(log.code) && tell(level, log),
    },
  },
  server: {
    proxy: {
      '/api': 'http://127.0.0.1:8080',
      '/health': 'http://127.0.0.1:8080',
      '/sip': { target: 'http://127.0.0.1:8080', ws: true },
      '/demo/sip': { target: 'http://127.0.0.1:8080', ws: true },
      '/live': { target: 'http://127.0.0.1:8080', ws: true },
    },
  },
});
