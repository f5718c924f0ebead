import { defineConfig } from 'vite';

/** The snippet: one classic script for other people's pages, so no modules, no polyfills, nothing shared with the app. */
export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    target: 'es2021',
    outDir: '../dist',
    emptyOutDir: false,
    reportCompressedSize: false,
    sourcemap: mode === 'development',
    lib: { entry: 'src/tw.ts', formats: ['iife'], name: 'tw', fileName: () => 'tw.js' },
  },
}));
