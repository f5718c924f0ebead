import { expect, it } from 'vitest';
import { companiesRequest, companiesSearch } from './search';

it('reads the address and leaves out what it does not know', () => {
  const search = companiesSearch.parse({ q: 'ivy', country: 'us', size: 3, owner: 'u1' });
  expect(search).toEqual({ q: 'ivy', owner: 'u1' });
  expect(companiesRequest(search)).toEqual({
    q: 'ivy',
    owner_id: 'u1',
    sort: 'name',
    limit: 50,
    cursor: undefined,
  });
});
