import { Button, CloseButton, Skeleton, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconSearch } from '@/app/icons';
import { useShortcuts } from '@/app/shortcuts';
import { toggled, withRange } from '@/components/data-table/selection';
import { EmptyState, ErrorState, FilteredEmptyState, StillLoading } from '@/components/page-states';
import { BulkBar } from './bulk-bar';
import classes from './inbox.module.css';
import { ListRow } from './list-row';
import type { Row } from './queries';
import { QueueMenu } from './queue-pane';
import type { InboxSearch, View } from './search';
import { useNow } from './use-now';

const SEARCH_MS = 300;
const SKELETONS = 8;

interface ListPaneProps {
  search: InboxSearch;
  view: View;
  rows: readonly Row[] | undefined;
  error: unknown;
  onRetry: () => void;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
  onSearch: (search: string | undefined) => void;
  mayWrite: boolean;
}

/** The conversations of a queue, the newest first. */
export function ListPane(props: ListPaneProps) {
  const { search, view, rows, error, onRetry, hasMore, loadingMore, onMore, onSearch, mayWrite } =
    props;
  const { t } = useTranslation('inbox');
  const now = useNow();
  const narrow = useMediaQuery('(max-width: 63.99em)', undefined, {
    getInitialValueInEffect: false,
  });
  const [text, setText] = useState(search.search ?? '');
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const lookFor = useDebouncedCallback(
    (value: string) => onSearch(value.trim() || undefined),
    SEARCH_MS,
  );
  const clear = () => {
    setText('');
    onSearch(undefined);
  };
  const order = (rows ?? []).map(({ id }) => id);
  const shown = order.filter((id) => picked.has(id));
  const pick = (id: string, range: boolean) => {
    setPicked(range ? withRange(picked, order, anchor.current, id) : toggled(picked, id));
    anchor.current = id;
  };
  const where = `${view}-${search.channel}-${search.queue}-${search.urgent}-${search.search}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was picked elsewhere is not seen here
  useEffect(() => setPicked(new Set()), [where]);
  useEffect(() => {
    if (!search.conversation) return;
    const row = list.current?.querySelector(`[data-conversation="${search.conversation}"]`);
    row?.scrollIntoView({ block: 'nearest' });
  }, [search.conversation]);
  useShortcuts([
    { keys: '/', label: t('keys.search'), group: t('title'), run: () => field.current?.focus() },
    ...(mayWrite
      ? [
          {
            keys: 'x',
            label: t('keys.pick'),
            group: t('title'),
            run: () => search.conversation && pick(search.conversation, false),
          },
        ]
      : []),
    ...(shown.length > 0
      ? [
          {
            keys: 'Escape',
            label: t('bulk.clear'),
            group: t('title'),
            run: () => setPicked(new Set()),
          },
        ]
      : []),
  ]);
  return (
    <section className={classes.list} aria-label={t('list')}>
      <div className={classes.listHead}>
        {narrow && <QueueMenu search={search} view={view} />}
        <TextInput
          ref={field}
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={
            text && <CloseButton size="sm" aria-label={t('clearSearch')} onClick={clear} />
          }
          maxLength={200}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            lookFor(event.currentTarget.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            if (text) clear();
            else event.currentTarget.blur();
          }}
        />
      </div>
      {shown.length > 0 && <BulkBar ids={shown} onClear={() => setPicked(new Set())} />}
      {error && !rows ? (
        <div className={classes.centre}>
          <ErrorState error={error} compact onRetry={onRetry} />
        </div>
      ) : rows?.length === 0 ? (
        <div className={classes.centre}>
          {search.search ? (
            <FilteredEmptyState compact title={t('empty.search')} onClear={clear} />
          ) : (
            <EmptyState compact title={t(`empty.${view}`)}>
              {t(view === 'all' ? 'empty.allText' : 'empty.text')}
            </EmptyState>
          )}
        </div>
      ) : (
        <ul
          ref={list}
          className={classes.rows}
          data-picking={shown.length > 0 || undefined}
          aria-label={t('list')}
          aria-busy={!rows || undefined}
        >
          {rows?.map((conversation) => (
            <ListRow
              key={conversation.id}
              conversation={conversation}
              search={search}
              open={conversation.id === search.conversation}
              picked={picked.has(conversation.id)}
              assignee={view === 'mine' ? '' : (conversation.assignee?.name ?? '')}
              now={now}
              onPick={mayWrite ? pick : undefined}
            />
          )) ??
            Array.from({ length: SKELETONS }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: skeletons have no identity
              <li key={index} className={classes.row}>
                <Skeleton circle height={32} />
                <div>
                  <Skeleton height={12} width="60%" mt={4} />
                  <Skeleton height={12} mt={10} />
                  <Skeleton height={10} width="40%" mt={10} />
                </div>
              </li>
            ))}
          {!rows && <StillLoading onRetry={onRetry} />}
          {hasMore && (
            <li className={classes.more}>
              <Button variant="default" size="xs" loading={loadingMore} onClick={onMore}>
                {t('more')}
              </Button>
            </li>
          )}
        </ul>
      )}
      <Text className="tw-hidden" role="status">
        {rows && t('shown', { count: rows.length })}
      </Text>
    </section>
  );
}
