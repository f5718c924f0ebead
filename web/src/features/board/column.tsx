import { Badge, Button, Text, Title } from '@mantine/core';
import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMoney, formatNumber, formatPercent } from '@/app/format';
import { toastError } from '@/components/toasts';
import type { BoardColumn, Place } from './board';
import classes from './board.module.css';
import { Card, type StageChoice } from './card';

interface ColumnProps {
  column: BoardColumn;
  stages: readonly StageChoice[];
  ownerName: (id: string | null) => string;
  mayWrite: boolean;
  dragged: string | undefined;
  justWon: string | undefined;
  onOpen: (id: string) => void;
  onMove: (id: string, to: Place) => void;
  onDrag: (id: string | undefined) => void;
  onMore: (column: BoardColumn) => Promise<void>;
}

/** Among the cards that stay, the index before which a drop at this height lands. */
function indexAt(list: HTMLElement, y: number, dragged: string): number {
  const cards = [...list.querySelectorAll<HTMLElement>('[data-card]')].filter(
    (element) => element.dataset.card !== dragged,
  );
  const index = cards.findIndex((element) => {
    const box = element.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return index === -1 ? cards.length : index;
}

function Totals({ column }: { column: BoardColumn }) {
  const { t } = useTranslation('board');
  if (column.totals.length === 0) return <Text size="xs">{t('column.nothing')}</Text>;
  return column.totals.map((total) => (
    <Text key={total.currency} size="xs" className="tw-number">
      {formatMoney(total.amount_minor, total.currency, true)}
      {column.kind === 'open' && (
        <Text span inherit c="dimmed">
          {' · '}
          {t('weighted', { amount: formatMoney(total.weighted_minor, total.currency, true) })}
        </Text>
      )}
    </Text>
  ));
}

/** One stage with its sums and cards; takes drops. */
export function Column(props: ColumnProps) {
  const { column, dragged, mayWrite, onMove, onMore } = props;
  const { t } = useTranslation('board');
  const list = useRef<HTMLOListElement>(null);
  const [target, setTarget] = useState<number>();
  const [loading, setLoading] = useState(false);
  const over = (event: DragEvent) => {
    if (!dragged || !list.current) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'move';
    const index = indexAt(list.current, event.clientY, dragged);
    if (index !== target) setTarget(index);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    if (dragged && list.current) {
      const index = indexAt(list.current, event.clientY, dragged);
      onMove(dragged, { stageId: column.stage_id, index });
    }
    setTarget(undefined);
    props.onDrag(undefined);
  };
  const more = async () => {
    setLoading(true);
    try {
      await onMore(column);
    } catch (reason) {
      toastError(t('column.moreFailed'), reason);
    } finally {
      setLoading(false);
    }
  };
  const shown = dragged ? target : undefined;
  const staying = column.cards.filter((card) => card.id !== dragged);
  const line = <li aria-hidden className={classes.drop} />;
  const rest = column.count - column.cards.length;
  return (
    <section
      className={classes.column}
      aria-label={column.name}
      data-over={shown !== undefined || undefined}
      {...(mayWrite
        ? {
            onDragOver: over,
            onDrop: drop,
            onDragLeave: (event: DragEvent<HTMLElement>) => {
              if (!event.currentTarget.contains(event.relatedTarget as Node | null)) {
                setTarget(undefined);
              }
            },
          }
        : {})}
    >
      <header className={classes.columnHead}>
        <div className={classes.columnTitle}>
          <Title order={2} size="h3" className="tw-truncate" title={column.name}>
            {column.name}
          </Title>
          <Badge
            color={column.kind === 'won' ? 'green' : column.kind === 'lost' ? 'red' : 'gray'}
            variant={column.kind === 'open' ? 'default' : 'light'}
            className="tw-number"
          >
            {formatNumber(column.count)}
          </Badge>
          {column.kind === 'open' && (
            <Text size="xs" c="dimmed" ml="auto" title={t('column.probability')}>
              {formatPercent(column.probability)}
            </Text>
          )}
        </div>
        <Totals column={column} />
      </header>
      <ol ref={list} className={classes.cards} aria-label={t('column.deals', column)}>
        {column.cards.map((card, index) => {
          const place = staying.indexOf(card);
          return [
            shown !== undefined && place === shown && (
              <li key="drop" aria-hidden className={classes.drop} />
            ),
            <Card
              key={card.id}
              card={card}
              index={index}
              last={index === column.cards.length - 1}
              kind={column.kind}
              stages={props.stages}
              ownerName={props.ownerName(card.owner_id)}
              mayWrite={mayWrite}
              dragged={dragged === card.id}
              justWon={props.justWon === card.id}
              onOpen={props.onOpen}
              onMove={onMove}
              onDrag={props.onDrag}
            />,
          ];
        })}
        {shown !== undefined && shown >= staying.length && line}
        {column.more && (
          <li className={classes.more}>
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              fullWidth
              loading={loading}
              onClick={() => void more()}
            >
              {t('column.more', { count: rest })}
            </Button>
          </li>
        )}
      </ol>
    </section>
  );
}
