import { defineConfig } from 'vite';

/** The chat itself, fetched when it is first opened: one module and a small one for each language, named by content. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  // Not the kit's transformations.
  css: { postcss: { plugins: [] } },
  build: {
    target: 'es2022',
    cssTarget: ['chrome109', 'firefox115', 'safari16'],
    outDir: '../dist',
    emptyOutDir: false,
    reportCompressedSize: false,
    manifest: '.vite/chat.json',
    modulePreload: false,
    rolldownOptions: {
      input: 'src/app.tsx',
      // The loader calls what the module exports.
      preserveEntrySignatures: 'strict',
      output: {
        entryFileNames: 'assets/chat-[hash].js',
        chunkFileNames: 'assets/chat-[name]-[hash].js',
      },
    },
  },
});
