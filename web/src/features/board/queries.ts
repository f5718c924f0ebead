import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiKey, apiQuery, request } from '@/api/client';
import { queryClient } from '@/api/query-client';
import { staleOn } from '@/app/realtime';
import type { Board, BoardColumn } from './board';

export type Deal = Schema<'DealRead'>;
export type Pipeline = Schema<'PipelineRead'>;

const PAGE = 50;

staleOn('deal.updated', '/api/v1/pipelines', '/api/v1/deals', '/api/v1/dashboard');

export const pipelinesQuery = () => ({
  ...apiQuery<Pipeline[]>('/api/v1/pipelines'),
  staleTime: 60_000,
});

/** How many cards of a column were asked for; a reload of the board shows as many again. */
const depths = new Map<string, number>();

const boardPath = (pipelineId: string) => `/api/v1/pipelines/${pipelineId}/board`;
const boardParameters = (owner: string | undefined) => ({ owner_id: owner, limit: PAGE });

async function filled(
  column: BoardColumn,
  owner: string | undefined,
  wanted: number,
): Promise<BoardColumn> {
  let { cards, more } = column;
  while (more && cards.length < wanted) {
    const page: Schema<'CardPage'> = await request(
      'get',
      `/api/v1/stages/${column.stage_id}/cards`,
      { query: { cursor: more, owner_id: owner, limit: PAGE } },
    );
    cards = [...cards, ...page.cards];
    more = page.more;
  }
  return { ...column, cards, more };
}

export const boardQuery = (pipelineId: string, owner: string | undefined) =>
  queryOptions({
    queryKey: apiKey(boardPath(pipelineId), boardParameters(owner)),
    queryFn: async ({ signal }) => {
      const board = await request<Board>('get', boardPath(pipelineId), {
        query: boardParameters(owner),
        signal,
      });
      const columns = await Promise.all(
        board.columns.map((column) => filled(column, owner, depths.get(column.stage_id) ?? 0)),
      );
      return { ...board, columns };
    },
    placeholderData: keepPreviousData,
  });

/** Loads the next cards of a column into the shown board. */
export async function showMore(pipelineId: string, owner: string | undefined, column: BoardColumn) {
  const wanted = column.cards.length + 1;
  const next = await filled(column, owner, wanted);
  depths.set(column.stage_id, next.cards.length);
  queryClient.setQueryData(boardQuery(pipelineId, owner).queryKey, (board) =>
    board
      ? {
          ...board,
          columns: board.columns.map((old) => (old.stage_id === column.stage_id ? next : old)),
        }
      : board,
  );
}

export const dealQuery = (id: string) => apiQuery<Deal>(`/api/v1/deals/${id}`);
export const dealTasksQuery = (id: string) =>
  apiQuery<Schema<'Page_TaskRead_'>>('/api/v1/tasks', { deal_id: id, state: 'open', limit: 50 });
export const dealFieldsQuery = () => ({
  ...apiQuery<Schema<'CustomFieldRead'>[]>('/api/v1/custom-fields', { entity: 'deal' }),
  staleTime: 60_000,
});
export const historyQuery = (id: string) =>
  apiQuery<Schema<'StageChangeRead'>[]>(`/api/v1/deals/${id}/history`);
