import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { staleOn } from '@/app/realtime';
import type { LibrarySearch } from './search';

export type Source = Schema<'KnowledgeSourceRead'>;
export type DocumentRow = Schema<'KnowledgeDocumentRow'>;
export type DocumentDetail = Schema<'KnowledgeDocumentRead'>;
export type Passage = Schema<'PassageRead'>;
export type Version = Schema<'DocumentVersionRow'>;
export type Diff = Schema<'DiffRead'>;
export type Article = Schema<'ArticleRead'>;
export type DraftText = Schema<'DraftRead'>;
export type CrawledPage = Schema<'CrawledPageRead'>;
export type JobRun = Schema<'JobRunRead'>;

export const KNOWLEDGE = '/api/v1/knowledge';
export const PAGE = 50;
const OFTEN = 2_000;

interface PageOf<Row> {
  items: Row[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

staleOn('knowledge.changed', `${KNOWLEDGE}/sources`, `${KNOWLEDGE}/documents`);

const atWork = (sources: Source[] | undefined) =>
  sources?.some(({ status, pending }) => status === 'working' || pending > 0);

export const sourcesQuery = () => ({
  ...apiQuery<Source[]>(`${KNOWLEDGE}/sources`),
  refetchInterval: ({ state }: { state: { data: Source[] | undefined } }) =>
    atWork(state.data) ? OFTEN : 30_000,
});
export const documentsQuery = ({
  q,
  status,
  scope,
  from,
  deleted,
  cursor,
  size,
}: LibrarySearch) => ({
  ...apiQuery<PageOf<DocumentRow>>(`${KNOWLEDGE}/documents`, {
    q,
    status,
    scope,
    source_id: from,
    deleted,
    cursor,
    limit: size ?? PAGE,
  }),
  placeholderData: keepPreviousData,
  refetchInterval: ({ state }: { state: { data: PageOf<DocumentRow> | undefined } }) =>
    state.data?.items.some((row) => row.status === 'pending') ? OFTEN : false,
});
export const documentQuery = (id: string) => ({
  ...apiQuery<DocumentDetail>(`${KNOWLEDGE}/documents/${id}`),
  refetchInterval: ({ state }: { state: { data: DocumentDetail | undefined } }) =>
    state.data?.status === 'pending' ? OFTEN : false,
});
export const passagesQuery = (id: string, after: number) =>
  apiQuery<Passage[]>(`${KNOWLEDGE}/documents/${id}/passages`, { after, limit: PAGE });
export const versionsQuery = (id: string) =>
  apiQuery<Version[]>(`${KNOWLEDGE}/documents/${id}/versions`);
export const diffQuery = (id: string, number: number, against: number) =>
  apiQuery<Diff>(`${KNOWLEDGE}/documents/${id}/versions/${number}/diff`, { against });
export const articleQuery = (id: string) => apiQuery<Article>(`${KNOWLEDGE}/articles/${id}`);
export const pagesQuery = (id: string, state: string | undefined) => ({
  ...apiQuery<PageOf<CrawledPage>>(`${KNOWLEDGE}/sources/${id}/pages`, { state, limit: 100 }),
  placeholderData: keepPreviousData,
});
export const runQuery = (id: string) => ({
  ...apiQuery<JobRun>(`/api/v1/jobs/${id}`),
  refetchInterval: ({ state }: { state: { data: JobRun | undefined } }) =>
    !state.data || state.data.state === 'queued' || state.data.state === 'running' ? OFTEN : false,
});
