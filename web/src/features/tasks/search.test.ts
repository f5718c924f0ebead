import { describe, expect, it } from 'vitest';
import { tasksRequest, tasksSearch } from './search';

describe('tasks in the address', () => {
  it('are the own open ones when nothing is said', () => {
    const search = tasksSearch.parse({});
    expect(tasksRequest(search)).toEqual({
      state: 'open',
      assignee: 'me',
      cursor: undefined,
      limit: 50,
    });
  });

  it('may be everyone’s or nobody’s', () => {
    expect(tasksRequest({ who: 'all' }).assignee).toBeUndefined();
    expect(tasksRequest({ who: 'nobody', state: 'done' })).toMatchObject({
      assignee: 'nobody',
      state: 'done',
    });
  });

  it('drop what is not known', () => {
    expect(tasksSearch.parse({ who: 'boss', state: 7, create: 'x' })).toEqual({});
  });
});
