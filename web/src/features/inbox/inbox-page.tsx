import { useMediaQuery } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { IconMessage } from '@/app/icons';
import { usePageTitle } from '@/app/page-title';
import { useMay } from '@/app/permissions';
import { usePreference } from '@/app/preferences';
import { useShortcuts } from '@/app/shortcuts';
import { EmptyState } from '@/components/page-states';
import classes from './inbox.module.css';
import { ListPane } from './list-pane';
import { conversationsQuery } from './queries';
import { QueuePane } from './queue-pane';
import type { View } from './search';
import { ThreadPane } from './thread-pane';

const route = getRouteApi('/_app/inbox');

const FIRST = { getInitialValueInEffect: false } as const;

/** Conversations with customers: queues, list, thread and the lead, as many beside each other as there is room for. */
export function InboxPage() {
  const { t } = useTranslation('inbox');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('conversations:write');
  const [lastView, setLastView] = usePreference<View>('inbox_view', 'all');
  const single = useMediaQuery('(max-width: 47.99em)', undefined, FIRST);
  const narrow = useMediaQuery('(max-width: 63.99em)', undefined, FIRST);
  const wide = useMediaQuery('(min-width: 90em)', undefined, FIRST);
  const view = search.view ?? lastView;
  const open = search.conversation;
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    conversationsQuery({ ...search, view }),
  );
  const rows = data?.pages.flatMap(({ items }) => items);
  const order = (rows ?? []).map(({ id }) => id);
  usePageTitle(t('title'));
  // biome-ignore lint/correctness/useExhaustiveDependencies: remembered when another one is chosen
  useEffect(() => {
    if (search.view && search.view !== lastView && !search.channel && !search.queue) {
      setLastView(search.view);
    }
  }, [search.view]);
  const show = (conversation: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, conversation }), replace: open !== undefined });
  const at = open === undefined ? -1 : order.indexOf(open);
  const step = (by: number) => {
    const next = order[at < 0 ? 0 : Math.max(0, Math.min(order.length - 1, at + by))];
    if (next) show(next);
  };
  useShortcuts([
    { keys: 'j', label: t('keys.next'), group: t('title'), run: () => step(1) },
    { keys: 'k', label: t('keys.previous'), group: t('title'), run: () => step(-1) },
    ...(open
      ? [{ keys: 'u', label: t('keys.toList'), group: t('title'), run: () => show(undefined) }]
      : []),
  ]);
  const showsList = !single || open === undefined;
  const showsThread = !single || open !== undefined;
  return (
    <div className={classes.inbox} data-panel={(wide && open !== undefined) || undefined}>
      <h1 className="tw-hidden" tabIndex={-1}>
        {t('title')}
      </h1>
      {!narrow && <QueuePane search={search} view={view} />}
      {showsList && (
        <ListPane
          search={search}
          view={view}
          rows={rows}
          error={error}
          onRetry={() => void refetch()}
          hasMore={hasNextPage}
          loadingMore={isFetchingNextPage}
          onMore={() => void fetchNextPage()}
          onSearch={(text) =>
            void navigate({ search: (old) => ({ ...old, search: text }), replace: true })
          }
          mayWrite={mayWrite}
        />
      )}
      {showsThread &&
        (open ? (
          <ThreadPane
            key={open}
            id={open}
            search={search}
            wide={Boolean(wide)}
            onDone={() => show(single ? undefined : (order[at + 1] ?? order[at - 1]))}
          />
        ) : (
          <div className={classes.centre}>
            <EmptyState icon={IconMessage} title={t('choose.title')}>
              {t('choose.text')}
            </EmptyState>
          </div>
        ))}
    </div>
  );
}
