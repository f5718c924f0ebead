import { defineConfig } from 'vite';

/** The public booking pages: one module and one style sheet, named by their content; the server reads the manifest. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  // Not the kit's transformations: they read light-dark() as theirs.
  css: { postcss: { plugins: [] } },
  build: {
    target: 'es2022',
    // Light and dark also in browsers that do not know light-dark().
    cssTarget: ['chrome109', 'firefox115', 'safari16'],
    outDir: '../dist',
    emptyOutDir: false,
    reportCompressedSize: false,
    manifest: '.vite/booking.json',
    modulePreload: false,
    rolldownOptions: {
      input: 'src/main.ts',
      output: {
        entryFileNames: 'assets/booking-[hash].js',
        assetFileNames: 'assets/booking-[hash][extname]',
      },
    },
  },
});
