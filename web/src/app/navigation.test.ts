import { describe, expect, it } from 'vitest';
import { grouped, type NavItem } from './navigation';

const routes = import.meta.glob<string>('../routes/**/*.tsx', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const item = (to: string, order: number) => ({ to, order }) as NavItem;

describe('the sidebar', () => {
  it('has a part for each hundred, and leaves empty ones out', () => {
    const { groups, bottom } = grouped([item('/a', 10), item('/b', 120), item('/c', 910)]);
    expect(groups.map(({ items }) => items.map(({ to }) => to))).toEqual([['/a'], ['/b']]);
    expect(bottom.map(({ to }) => to)).toEqual(['/c']);
  });

  it('gives no two pages the same place or key', () => {
    const said = Object.values(routes).flatMap((text) => text.match(/nav: \{[^}]*\}/) ?? []);
    expect(said.length).toBeGreaterThan(15);
    for (const pattern of [/order: (\d+)/, /go: '(\w)'/]) {
      const values = said.flatMap((text) => pattern.exec(text)?.[1] ?? []);
      expect(values.filter((value, place) => values.indexOf(value) !== place)).toEqual([]);
    }
  });
});
