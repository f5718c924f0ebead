import { describe, expect, it } from 'vitest';
import { i18n } from '@/app/i18n';
import {
  type Condition,
  cleaned,
  conditionSchema,
  countLeaves,
  depth,
  emptyLeaf,
  type FilterField,
  fromParts,
  isComplete,
  parts,
} from './condition';
import { describe as inWords } from './describe';

const hot: Condition = { field: 'score', op: 'gte', value: 70 };
const fresh: Condition = { field: 'created_at', op: 'within_days', value: 30 };

describe('parts', () => {
  it('reads and writes the top level', () => {
    expect(parts(undefined)).toEqual([]);
    expect(parts(hot)).toEqual([hot]);
    expect(parts({ all: [hot, fresh] })).toEqual([hot, fresh]);
    expect(fromParts([])).toBeUndefined();
    expect(fromParts([hot])).toEqual(hot);
    expect(fromParts([hot, fresh])).toEqual({ all: [hot, fresh] });
    expect(fromParts([{ any: [hot, fresh] }])).toEqual({ any: [hot, fresh] });
  });
});

describe('cleaned', () => {
  it('drops unfinished leaves and empty groups', () => {
    const unfinished: Condition = { field: 'name', op: 'contains', value: '' };
    expect(cleaned({ all: [hot, unfinished, { any: [unfinished] }] })).toEqual({ all: [hot] });
    expect(cleaned({ not: { any: [unfinished] } })).toBeUndefined();
  });

  it('knows when a leaf is complete', () => {
    expect(isComplete({ field: 'a', op: 'is_set' })).toBe(true);
    expect(isComplete({ field: 'a', op: 'between', value: [1, ''] })).toBe(false);
    expect(isComplete({ field: 'a', op: 'between', value: [1, 2] })).toBe(true);
    expect(isComplete({ field: 'a', op: 'in', value: [] })).toBe(false);
    expect(isComplete({ field: 'a', op: 'eq', value: false })).toBe(true);
    expect(isComplete({ field: 'a', op: 'eq', value: 0 })).toBe(true);
  });
});

describe('size', () => {
  it('counts leaves and depth', () => {
    const nested: Condition = { all: [hot, { not: { any: [hot, fresh] } }] };
    expect(countLeaves(nested)).toBe(3);
    expect(depth(nested)).toBe(4);
  });
});

describe('conditionSchema', () => {
  it('keeps extra parts of a leaf and refuses what has another shape', () => {
    const activity = { field: 'activity.count', op: 'gte', value: 3, kind: 'email.opened' };
    expect(conditionSchema.parse({ all: [activity] })).toEqual({ all: [activity] });
    expect(conditionSchema.safeParse({ field: 3 }).success).toBe(false);
    expect(conditionSchema.safeParse('x').success).toBe(false);
  });
});

describe('in words', () => {
  const t = i18n.getFixedT('en', 'components');
  const fields: FilterField[] = [
    { key: 'score', label: 'Score', kind: 'number', ops: ['gte', 'between'] },
    {
      key: 'status',
      label: 'Status',
      kind: 'select',
      ops: ['in'],
      options: [{ value: 'new', label: 'New' }],
    },
    { key: 'activity.count', label: 'Activities', kind: 'activity_count', ops: ['gte'] },
  ];

  it('names fields, operators and options', () => {
    expect(inWords(hot, fields, t)).toBe('Score is at least 70');
    expect(inWords({ field: 'status', op: 'in', value: ['new', 'odd'] }, fields, t)).toBe(
      'Status is one of New, odd',
    );
  });

  it('brackets groups inside groups', () => {
    expect(inWords({ all: [hot, { any: [hot, hot] }] }, fields, t)).toBe(
      'Score is at least 70 and (Score is at least 70 or Score is at least 70)',
    );
  });

  it('tells kind and time of activities', () => {
    const leaf = {
      field: 'activity.count',
      op: 'gte',
      value: 3,
      kind: 'email.opened',
      within_days: 30,
    };
    expect(inWords(leaf, fields, t)).toBe(
      'Activities “E-mail opened” is at least 3 in the last 30 days',
    );
  });

  it('starts a leaf with the first operator of its field', () => {
    expect(fields.map(emptyLeaf).map((leaf) => [leaf.op, leaf.value])).toEqual([
      ['gte', ''],
      ['in', []],
      ['gte', 1],
    ]);
  });
});
