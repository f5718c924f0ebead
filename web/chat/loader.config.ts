import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** The address of the chat that was built before, as its manifest names it. */
const chatAddress: Plugin = {
  name: 'chat-address',
  config: ({ build }) => {
    const dist = resolve(import.meta.dirname, build?.outDir ?? '', '..');
    const manifest = JSON.parse(readFileSync(resolve(dist, '.vite/chat.json'), 'utf8'));
    return { define: { __CHAT__: JSON.stringify(`/${manifest['src/app.tsx'].file}`) } };
  },
};

/** What websites load: the button alone, a classic script at an address that never changes. Built after the chat. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  plugins: [chatAddress],
  build: {
    target: 'es2021',
    outDir: '../dist/chat',
    emptyOutDir: false,
    reportCompressedSize: false,
    lib: {
      entry: 'src/loader.ts',
      formats: ['iife'],
      name: 'tradewindChatLoader',
      fileName: () => 'widget.js',
    },
  },
});
