import type { LeadsSearch } from './search';

let last: LeadsSearch = {};

/** Remembers how the list was left, so that a lead's page leads back to the same rows. */
export function rememberList(search: LeadsSearch): void {
  const { peek: _peek, create: _create, ...rest } = search;
  last = rest;
}

export function lastList(): LeadsSearch {
  return last;
}
