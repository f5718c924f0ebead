import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Icon } from '@/app/icon-type';
import { CardList } from './list-page';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from './page-states';
import { SettingsCard } from './settings-card';

interface SettingsListProps<Row> {
  title: string;
  description: ReactNode;
  query: Pick<UseQueryResult<Row[]>, 'data' | 'error' | 'refetch'>;
  /** The button that adds one, beside the title or where there is none yet; false without the right. */
  add: ReactNode;
  empty: { icon: Icon; title: string; text: string };
  /** One row, an `ItemCard`. */
  row: (row: Row) => ReactNode;
  /** Dialogs. */
  children?: ReactNode;
}

/** A section of a settings page that is a short list of things, with its states. */
export function SettingsList<Row>({
  title,
  description,
  query: { data, error, refetch },
  add,
  empty,
  row,
  children,
}: SettingsListProps<Row>) {
  return (
    <SettingsCard
      title={title}
      description={description}
      action={data && data.length > 0 ? add : undefined}
    >
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && (
        <>
          <LoadingLines lines={2} height={72} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data?.length === 0 && (
        <EmptyState compact icon={empty.icon} title={empty.title} action={add || undefined}>
          {empty.text}
        </EmptyState>
      )}
      {data && data.length > 0 && <CardList>{data.map(row)}</CardList>}
      {children}
    </SettingsCard>
  );
}
