import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** Emits /sw.js with the list of built files, split into what the first paint needs and the rest. */
export function serviceWorker(): Plugin {
  return {
    name: 'tradewind-service-worker',
    apply: 'build',
    generateBundle(_options, bundle) {
      // The dictionary of passwords and the API reference are of no use without a connection.
      const isOnline = (name: string) => {
        const part = bundle[name];
        if (part?.type !== 'chunk') return /\/(docs|reference)-[^/]+\.css$/.test(name);
        return part.moduleIds.some((id) => /\/zxcvbn\/|\/src\/docs\/|\/swagger-ui-dist\//.test(id));
      };
      const files = Object.keys(bundle).filter(
        (name) => /\.(js|css|woff2)$/.test(name) && !isOnline(name),
      );
      const entry = Object.values(bundle).find(
        (part) => part.type === 'chunk' && part.isEntry && part.name === 'index',
      );
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
