import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { guides } from './guides-plugin.ts';
import { serviceWorker } from './pwa-plugin.ts';

const backend = process.env.TRADEWIND_BACKEND ?? 'http://127.0.0.1:8420';

export default defineConfig({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, quoteStyle: 'single' }),
    react(),
    guides(),
    serviceWorker(),
  ],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  server: {
    port: Number(process.env.PORT ?? 5173),
    fs: { allow: ['..'] },
    proxy: { '/api': { target: backend, ws: true } },
  },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1800,
    reportCompressedSize: false,
    // The API reference is a page of its own: nothing of it is loaded by the app.
    rolldownOptions: {
      input: { index: 'index.html', docs: 'docs.html' },
      // One file for what the app's first page needs: fifty small ones pack 20 kB worse.
      output: {
        codeSplitting: {
          groups: [
            { name: 'preload', test: /vite\/.*preload/, priority: 1 },
            {
              name: 'first',
              tags: ['$initial'],
              test: (id) => !/docs\/guides|src\/(docs|main)|\.html/.test(id),
            },
          ],
        },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    pool: 'threads',
    maxWorkers: 1,
    // A page of its own for each file took five times as long; src/test-setup.ts clears the one they share.
    isolate: false,
    include: ['{src,widget,booking}/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
  },
});
