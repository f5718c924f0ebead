import { Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Icon } from '@/app/icon-type';
import { Page } from './page';
import { PageHeader } from './page-header';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from './page-states';
import { type Begin, useBegin } from './use-begin';

interface ListPageProps<Row> {
  query: Pick<UseQueryResult<Row[]>, 'data' | 'error' | 'refetch'>;
  title: string;
  description?: ReactNode;
  layout?: 'wide' | 'form';
  /** The one filled button, in the header or in the empty state; left out without the right to add. */
  begin: Begin | false;
  empty: { icon: Icon; title: string; text: string };
  /** Lines and their height in pixels while loading. */
  loading?: { lines: number; height?: number };
  /** The rows; only for one or more. */
  children: (rows: Row[]) => ReactNode;
}

/** A page with a short list of things, all loaded at once, and a button to add one. */
export function ListPage<Row>({
  query: { data, error, refetch },
  title,
  description,
  layout = 'wide',
  begin,
  empty,
  loading = { lines: 4, height: 64 },
  children,
}: ListPageProps<Row>) {
  const { button, dialog } = useBegin(begin);
  const filled = data && data.length > 0;
  return (
    <Page layout={layout}>
      <PageHeader
        title={title}
        count={data?.length}
        description={description}
        actions={filled && button}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <>
          <LoadingLines {...loading} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data?.length === 0 && (
        <EmptyState icon={empty.icon} title={empty.title} action={button}>
          {empty.text}
        </EmptyState>
      )}
      {filled && children(data)}
      {dialog}
    </Page>
  );
}

/** Cards one below the other, as a list. */
export function CardList({ children }: { children: ReactNode }) {
  return (
    <Stack component="ul" gap="sm" m={0} p={0}>
      {children}
    </Stack>
  );
}
