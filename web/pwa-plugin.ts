import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Emits /sw.js with the list of built files, split into what the first paint needs and the rest. */
export function serviceWorker(): Plugin {
  return {
    name: 'tradewind-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      // Needed only where a password is chosen, which nobody does without a connection.
      const isDictionary = (name: string) => {
        const part = bundle[name];
        return part?.type === 'chunk' && part.moduleIds.some((id) => id.includes('/zxcvbn/'));
      };
      const files = Object.keys(bundle).filter(
        (name) => /\.(js|css|woff2)$/.test(name) && !isDictionary(name),
      );
      const entry = Object.values(bundle).find((part) => part.type === 'chunk' && part.isEntry);
      const first = new Set<string>();
      if (entry?.type === 'chunk') {
        for (const name of [entry.fileName, ...entry.imports]) first.add(name);
      }
      for (const name of files) {
        if (/inter-latin-wght/.test(name) || (name.endsWith('.css') && /index-/.test(name))) {
          first.add(name);
        }
      }
      const latin = files.filter((name) => !name.endsWith('.woff2') || first.has(name));
      const path = (name: string) => `/${name}`;
      const version = createHash('sha256').update(files.sort().join()).digest('hex').slice(0, 12);
      const source = readFileSync(new URL('./src/sw.js', import.meta.url), 'utf8')
        .replace('__VERSION__', version)
        .replace('__SHELL__', JSON.stringify([...first].map(path)))
        .replace('__CHUNKS__', JSON.stringify(latin.filter((name) => !first.has(name)).map(path)));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}
