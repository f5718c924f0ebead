import { ActionIcon, Button, Drawer, Group, Select, Skeleton, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type DragEvent, useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoney, formatNumber } from '@/app/format';
import { IconChevronLeft, IconChevronRight, IconLayoutKanban, IconPlus } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, FilteredEmptyState, StillLoading } from '@/components/page-states';
import { type Board, findCard } from './board';
import classes from './board.module.css';
import { Column } from './column';
import { DealPeek } from './deal-peek';
import { LostDialog } from './lost-dialog';
import { NewDeal } from './new-deal';
import { boardQuery, pipelinesQuery, showMore } from './queries';
import type { BoardSearch } from './search';
import { useMoves } from './use-moves';

const route = getRouteApi('/_app/deals/');
const SKELETONS = 5;
const EDGE = 64;

function Totals({ board }: { board: Board }) {
  const { t } = useTranslation('board');
  return (
    <div className={classes.totals}>
      {board.totals.map((total) => (
        <span key={total.currency} className="tw-number">
          {t('open', {
            count: total.count,
            amount: formatMoney(total.amount_minor, total.currency, true),
          })}
          <Text span inherit c="dimmed">
            {' · '}
            {t('weighted', { amount: formatMoney(total.weighted_minor, total.currency, true) })}
          </Text>
        </span>
      ))}
    </div>
  );
}

function BoardSkeleton({ onRetry }: { onRetry: () => void }) {
  return (
    <>
      <div className={classes.board} aria-hidden>
        {Array.from({ length: SKELETONS }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the columns have no identity yet
          <div key={index} className={classes.column}>
            <div className={classes.columnHead}>
              <Skeleton height={20} width="60%" mb={8} />
              <Skeleton height={14} width="40%" />
            </div>
            <div className={classes.cards}>
              <Skeleton height={104} />
              <Skeleton height={104} />
              <Skeleton height={104} />
            </div>
          </div>
        ))}
      </div>
      <StillLoading onRetry={onRetry} />
    </>
  );
}

interface ColumnsProps {
  board: Board;
  search: BoardSearch;
  onSearch: (next: Partial<BoardSearch>, push?: boolean) => void;
}

/** The columns, or one of them with a switch on narrow screens. */
function Columns({ board, search, onSearch }: ColumnsProps) {
  const { t } = useTranslation('board');
  const narrow = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false });
  const mayWrite = useMay('deals:write');
  const { nameOf } = useMembers();
  const moves = useMoves(board.pipeline_id, search.owner);
  const [dragged, setDragged] = useState<string>();
  const [focus, setFocus] = useState<string>();
  const stages = useMemo(
    () => board.columns.map((column) => ({ id: column.stage_id, name: column.name })),
    [board.columns],
  );
  // A card moved by its menu takes the focus along to its new place.
  useEffect(() => {
    if (!focus) return;
    document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(focus)}"]`)?.focus();
    setFocus(undefined);
  }, [focus]);
  const { move } = moves;
  const onMove = useCallback<typeof move>(
    (id, to) => {
      move(id, to);
      // After the menu has given the focus back to the place the card was at.
      setTimeout(() => setFocus(id), 250);
    },
    [move],
  );
  const open = (id: string) => onSearch({ deal: id }, true);
  // Without a choice a narrow screen shows the first stage that holds deals.
  const chosen = board.columns.findIndex((column) => column.stage_id === search.stage);
  const at = Math.max(
    0,
    chosen >= 0 ? chosen : board.columns.findIndex((column) => column.count > 0),
  );
  const turn = (by: number) => onSearch({ stage: board.columns[at + by]?.stage_id });
  const shown = narrow ? board.columns.slice(at, at + 1) : board.columns;
  return (
    <>
      {narrow && (
        <Group gap="xs" wrap="nowrap">
          <ActionIcon
            size={40}
            variant="default"
            aria-label={t('stage.previous')}
            disabled={at === 0}
            onClick={() => turn(-1)}
          >
            <IconChevronLeft size={16} />
          </ActionIcon>
          <Select
            className={classes.switch}
            size="md"
            aria-label={t('field.stage')}
            data={board.columns.map((column) => ({
              value: column.stage_id,
              label: `${column.name} (${formatNumber(column.count)})`,
            }))}
            value={board.columns[at]?.stage_id ?? null}
            onChange={(stage) => onSearch({ stage: stage ?? undefined })}
          />
          <ActionIcon
            size={40}
            variant="default"
            aria-label={t('stage.next')}
            disabled={at >= board.columns.length - 1}
            onClick={() => turn(1)}
          >
            <IconChevronRight size={16} />
          </ActionIcon>
        </Group>
      )}
      <section
        className={classes.board}
        aria-label={t('board', { name: board.name })}
        onDragOver={dragged ? scrollAtEdge : undefined}
      >
        {shown.map((column) => (
          <Column
            key={column.stage_id}
            column={column}
            stages={stages}
            ownerName={nameOf}
            mayWrite={mayWrite}
            dragged={dragged}
            justWon={moves.won}
            onOpen={open}
            onMove={onMove}
            onDrag={setDragged}
            onMore={(wanted) => showMore(board.pipeline_id, search.owner, wanted)}
          />
        ))}
      </section>
      <div role="status" className="tw-hidden">
        {moves.said}
      </div>
      <LostDialog
        name={moves.asking ? (findCard(board, moves.asking.id)?.name ?? '') : undefined}
        onAnswer={moves.answer}
      />
    </>
  );
}

/** A card held at an edge brings the stages behind it into sight; browsers tell of it while it is held still, too. */
function scrollAtEdge(event: DragEvent<HTMLElement>) {
  const { left, right } = event.currentTarget.getBoundingClientRect();
  if (event.clientX > right - EDGE) event.currentTarget.scrollLeft += EDGE / 4;
  if (event.clientX < left + EDGE) event.currentTarget.scrollLeft -= EDGE / 4;
}

/** The deals of a pipeline by stage. */
export function BoardPage() {
  const { t } = useTranslation('board');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const mayWrite = useMay('deals:write');
  const members = useMembers();
  const pipelines = useQuery(pipelinesQuery());
  const all = pipelines.data?.filter((item) => item.stages.length > 0) ?? [];
  const pipeline =
    all.find((item) => item.id === search.pipeline) ??
    all.find((item) => item.is_default) ??
    all[0];
  const board = useQuery({
    ...boardQuery(pipeline?.id ?? '', search.owner),
    enabled: pipeline !== undefined,
  });
  const onSearch = useCallback(
    (next: Partial<BoardSearch>, push = false) =>
      void navigate({ search: (old) => ({ ...old, ...next }), replace: !push }),
    [navigate],
  );
  const error = pipelines.error ?? board.error;
  const retry = () => void (pipelines.error ? pipelines.refetch() : board.refetch());
  const count = board.data?.columns.reduce((sum, column) => sum + column.count, 0);
  const owners = [
    { value: 'all', label: t('owner.all') },
    { value: me.user.id, label: t('owner.mine') },
    ...members.options.filter((option) => option.value !== me.user.id),
  ];
  return (
    <Page layout="fill">
      <PageHeader
        title={t('title')}
        count={count}
        description={board.data && board.data.totals.length > 0 && <Totals board={board.data} />}
        actions={
          <>
            {all.length > 1 && (
              <Select
                aria-label={t('pipeline')}
                w={180}
                data={all.map((item) => ({ value: item.id, label: item.name }))}
                value={pipeline?.id ?? null}
                onChange={(id) => onSearch({ pipeline: id ?? undefined, stage: undefined }, true)}
              />
            )}
            <Select
              aria-label={t('owner.label')}
              w={160}
              data={owners}
              value={search.owner ?? 'all'}
              searchable={owners.length > 8}
              onChange={(owner) =>
                onSearch({ owner: owner && owner !== 'all' ? owner : undefined })
              }
            />
            {mayWrite && (
              <Button
                leftSection={<IconPlus size={16} />}
                onClick={() => onSearch({ create: 'deal' }, true)}
              >
                {t('create.title')}
              </Button>
            )}
          </>
        }
      />
      {error && !board.data ? (
        <ErrorState error={error} title={t('failed')} onRetry={retry} />
      ) : !board.data ? (
        <BoardSkeleton onRetry={retry} />
      ) : count === 0 && search.owner ? (
        <FilteredEmptyState
          title={t('noneOfOwner')}
          onClear={() => onSearch({ owner: undefined })}
        />
      ) : count === 0 ? (
        <EmptyState icon={IconLayoutKanban} title={t('empty.title')}>
          {t('empty.text')}
        </EmptyState>
      ) : (
        <Columns board={board.data} search={search} onSearch={onSearch} />
      )}
      <Drawer
        opened={search.deal !== undefined}
        onClose={() => onSearch({ deal: undefined })}
        size={480}
        title={t('peek.title')}
      >
        {search.deal && (
          <DealPeek
            key={search.deal}
            dealId={search.deal}
            onClose={() => onSearch({ deal: undefined })}
          />
        )}
      </Drawer>
      <NewDeal
        pipeline={search.create === 'deal' ? pipeline : undefined}
        onClose={() => onSearch({ create: undefined })}
      />
    </Page>
  );
}
