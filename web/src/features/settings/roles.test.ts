import { describe, expect, it } from 'vitest';
import { byArea, compared, type Permission, toggled } from './roles';

const permissions: Permission[] = [
  { key: 'leads:read', description: '', area: 'leads', needs: [] },
  { key: 'deals:read', description: '', area: 'deals', needs: [] },
  { key: 'leads:personal', description: '', area: 'leads', needs: ['leads:read'] },
  { key: 'leads:import', description: '', area: 'leads', needs: ['leads:personal', 'leads:read'] },
];

describe('roles', () => {
  it('groups by area in the order of the server', () => {
    expect(byArea(permissions).map(([area, list]) => [area, list.length])).toEqual([
      ['leads', 3],
      ['deals', 1],
    ]);
  });
  it('brings along what a permission needs', () => {
    expect(toggled([], 'leads:import', true, permissions)).toEqual([
      'leads:import',
      'leads:personal',
      'leads:read',
    ]);
  });
  it('takes away what cannot be without it', () => {
    const held = ['deals:read', 'leads:import', 'leads:personal', 'leads:read'];
    expect(toggled(held, 'leads:read', false, permissions)).toEqual(['deals:read']);
    expect(toggled(held, 'leads:personal', false, permissions)).toEqual([
      'deals:read',
      'leads:read',
    ]);
  });
  it('tells what is more and what is less', () => {
    expect(compared(['a', 'b'], ['b', 'c'])).toEqual({ more: ['a'], less: ['c'] });
  });
});
