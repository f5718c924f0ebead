import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(process.cwd(), 'src');
const PLURALS = ['', '_zero', '_one', '_two', '_few', '_many', '_other'];

type Texts = { [key: string]: string | Texts };

function load(path: string): Texts {
  return JSON.parse(readFileSync(path, 'utf8')) as Texts;
}

function has(texts: Texts | undefined, key: string): boolean {
  const steps = key.split('.');
  const last = steps.pop() ?? '';
  let level: Texts | string | undefined = texts;
  for (const step of steps) level = typeof level === 'object' ? level[step] : undefined;
  return typeof level === 'object' && PLURALS.some((plural) => `${last}${plural}` in level);
}

const texts: Record<string, Texts> = {
  app: load(join(root, 'app/locales/en.json')),
  components: load(join(root, 'components/locales/en.json')),
};
const features = join(root, 'features');
for (const path of readdirSync(features, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('/locales/en.json')) continue;
  texts[path.replace('/locales/en.json', '')] = load(join(features, path));
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.tsx?$/.test(path) && !/\.(test|gen)\.tsx?$|schema\.d\.ts$/.test(path),
);

describe('texts', () => {
  it.each(sources)('of %s exist', (path) => {
    const source = readFileSync(join(root, path), 'utf8');
    const named = /useTranslation\(\s*(?:\[\s*)?'([\w/-]+)'/.exec(source)?.[1];
    const usesHook = /useTranslation\(/.test(source);
    const namespace = named ?? (usesHook ? 'app' : undefined);
    const missing: string[] = [];
    // Only literal keys can be checked; keys with a default value may be open-ended.
    for (const [, key] of source.matchAll(/(?<![\w.])t\(\s*'([^']+)'\s*[,)]/g)) {
      if (!key) continue;
      const [space, rest] = key.includes(':')
        ? (key.split(':') as [string, string])
        : [namespace, key];
      if (space === undefined) continue;
      if (!has(texts[space], rest)) missing.push(key);
    }
    expect(missing).toEqual([]);
  });
});
