import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { toApiError } from '@/api/errors';
import { Page } from './page';
import { PageHeader } from './page-header';
import { ErrorState, LoadingLines, NotFoundState } from './page-states';

interface RecordPageProps<Stored> {
  query: Pick<UseQueryResult<Stored>, 'data' | 'error' | 'refetch'>;
  /** Title until the record is there. */
  title: string;
  /** What is said where no such record is, and the list it would be in. */
  gone: { title: string; to: string; back: string };
  children: (record: Stored) => ReactNode;
}

/** The page of one record: loading, not found and failed are the same everywhere. */
export function RecordPage<Stored>({ query, title, gone, children }: RecordPageProps<Stored>) {
  const { data, error, refetch } = query;
  if (data) return <Page>{children(data)}</Page>;
  if (error) {
    return [404, 422].includes(toApiError(error).status) ? (
      <NotFoundState {...gone} />
    ) : (
      <ErrorState error={error} order={1} onRetry={() => void refetch()} />
    );
  }
  return (
    <Page>
      <PageHeader title={title} />
      <LoadingLines lines={12} height={24} />
    </Page>
  );
}
