import { afterEach, describe, expect, it } from 'vitest';
import { apiKey } from './client';
import { patchCached } from './optimistic';
import { invalidatePaths, queryClient } from './query-client';

afterEach(() => queryClient.clear());

describe('patchCached', () => {
  it('reaches into the pages of a list that grows', async () => {
    const key = [...apiKey('/api/v1/conversations', { limit: 2 }), 'pages'];
    const first = { items: [{ id: '1', state: 'waiting' }], next_cursor: 'a' };
    const second = { items: [{ id: '2', state: 'waiting' }], next_cursor: null };
    const grown = { pages: [first, second], pageParams: [undefined, 'a'] };
    queryClient.setQueryData(key, grown);

    const undo = await patchCached('/api/v1/conversations', '2', { state: 'closed' });

    const shown = queryClient.getQueryData<typeof grown>(key);
    expect(shown?.pages[1]?.items).toEqual([{ id: '2', state: 'closed' }]);
    expect(shown?.pages[0]).toBe(first);
    undo();
    expect(queryClient.getQueryData(key)).toEqual(grown);
  });

  it('changes lists and single records, and puts them back', async () => {
    const list = {
      items: [
        { id: '1', name: 'a' },
        { id: '2', name: 'b' },
      ],
      next_cursor: null,
    };
    queryClient.setQueryData(apiKey('/api/v1/leads', { limit: 25 }), list);
    queryClient.setQueryData(apiKey('/api/v1/leads/1'), { id: '1', name: 'a' });
    queryClient.setQueryData(apiKey('/api/v1/deals'), [{ id: '1', name: 'deal' }]);

    const undo = await patchCached('/api/v1/leads', '1', { name: 'new' });

    const shown = queryClient.getQueryData<typeof list>(apiKey('/api/v1/leads', { limit: 25 }));
    expect(shown?.items).toEqual([
      { id: '1', name: 'new' },
      { id: '2', name: 'b' },
    ]);
    expect(shown?.items[1]).toBe(list.items[1]);
    expect(queryClient.getQueryData(apiKey('/api/v1/leads/1'))).toEqual({ id: '1', name: 'new' });
    expect(queryClient.getQueryData(apiKey('/api/v1/deals'))).toEqual([{ id: '1', name: 'deal' }]);

    undo();
    expect(queryClient.getQueryData(apiKey('/api/v1/leads', { limit: 25 }))).toEqual(list);
    expect(queryClient.getQueryData(apiKey('/api/v1/leads/1'))).toEqual({ id: '1', name: 'a' });
  });
});

describe('invalidatePaths', () => {
  it('takes the path and what is below it, not its neighbours', async () => {
    for (const path of ['/api/v1/leads', '/api/v1/leads/1', '/api/v1/leads-archive']) {
      queryClient.setQueryData(apiKey(path), {});
    }
    await invalidatePaths('/api/v1/leads');
    const stale = (path: string) => queryClient.getQueryState(apiKey(path))?.isInvalidated;
    expect(stale('/api/v1/leads')).toBe(true);
    expect(stale('/api/v1/leads/1')).toBe(true);
    expect(stale('/api/v1/leads-archive')).toBe(false);
  });
});
