import { defineConfig } from 'vite';

/** The script that embeds booking pages: a classic script for other people's pages, at an address that never changes. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    target: 'es2021',
    outDir: '../dist/book',
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: {
      entry: 'embed/embed.ts',
      formats: ['iife'],
      name: 'tradewindBooking',
      fileName: () => 'embed.js',
    },
  },
});
