import { expect, it } from 'vitest';
import { passedOf, refusedBy } from './gate';

it('names the suites that a version passed, and none where there was no gate', () => {
  const found = { suite_id: 's', run_id: 'r', passed: 11, total: 12, pass_k: 0.9 };
  expect(passedOf({ simulations: { 'Before launch': found } })).toEqual([
    { name: 'Before launch', suite: 's', run: 'r', passed: 11, total: 12 },
  ]);
  expect(refusedBy({ suite_id: 's', run_id: null })).toEqual({ suite: 's', run: undefined });
  expect(refusedBy({ code: 'kernel.changed' })).toBeUndefined();
  expect(passedOf(null)).toEqual([]);
  expect(passedOf({ other: 1, simulations: { Broken: null } })).toEqual([]);
});
