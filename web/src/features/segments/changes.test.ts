import { describe, expect, it } from 'vitest';
import { changesOf, valuesOf } from './changes';
import type { Segment } from './queries';
import { newSegmentSearch } from './search';

const segment: Segment = {
  id: 's',
  version: 3,
  name: 'Hot in Norway',
  description: '',
  kind: 'dynamic',
  condition: { all: [{ field: 'score', op: 'gte', value: 70 }] },
  member_count: 4,
  counted_at: null,
  created_by: null,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
};

describe('changes of a segment', () => {
  it('is empty for what was loaded', () => {
    expect(changesOf(valuesOf(segment), segment)).toEqual({});
  });

  it('sends only what differs', () => {
    const values = { ...valuesOf(segment), name: ' Hot ', description: '' };
    expect(changesOf(values, segment)).toEqual({ name: 'Hot' });
  });

  it('leaves unfinished conditions out', () => {
    const unfinished = { field: 'country', op: 'eq', value: '' };
    const leaf = { field: 'score', op: 'gte', value: 70 };
    const values = { ...valuesOf(segment), condition: { all: [leaf, unfinished] } };
    expect(changesOf(values, segment)).toEqual({});
  });

  it('never sends a condition for a static one', () => {
    const fixed: Segment = { ...segment, kind: 'static', condition: null };
    const values = { ...valuesOf(fixed), condition: { field: 'score', op: 'is_set' } };
    expect(changesOf(values, fixed)).toEqual({});
  });
});

describe('address', () => {
  it('takes the filter of a list and drops nonsense', () => {
    const filter = { any: [{ field: 'score', op: 'gte', value: 70 }] };
    expect(newSegmentSearch.parse({ filter })).toEqual({ filter });
    expect(newSegmentSearch.parse({ filter: 'x' })).toEqual({});
  });
});
