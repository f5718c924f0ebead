import { ActionIcon, Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatDateTime, formatMoney, initials } from '@/app/format';
import {
  IconArrowDown,
  IconArrowUp,
  IconCalendar,
  IconCheck,
  IconDotsVertical,
  IconEye,
} from '@/app/icons';
import { ScoreBadge } from '@/components/score-badge';
import { type BoardCard, type BoardColumn, daysSince, isOverdue, type Place } from './board';
import classes from './board.module.css';

export interface StageChoice {
  id: string;
  name: string;
}

interface CardProps {
  card: BoardCard;
  /** Place among the shown cards of its column. */
  index: number;
  last: boolean;
  kind: BoardColumn['kind'];
  stages: readonly StageChoice[];
  ownerName: string;
  mayWrite: boolean;
  dragged: boolean;
  justWon: boolean;
  onOpen: (id: string) => void;
  onMove: (id: string, to: Place) => void;
  onDrag: (id: string | undefined) => void;
}

function CardMenu({ card, index, last, stages, onOpen, onMove }: CardProps) {
  const { t } = useTranslation('board');
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon
          size={28}
          className={classes.menu}
          aria-label={t('card.menu', { name: card.name })}
        >
          <IconDotsVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconEye size={16} />} onClick={() => onOpen(card.id)}>
          {t('card.open')}
        </Menu.Item>
        <Menu.Label>{t('card.moveTo')}</Menu.Label>
        {stages.map((stage) => (
          <Menu.Item
            key={stage.id}
            disabled={stage.id === card.stage_id}
            rightSection={stage.id === card.stage_id ? <IconCheck size={14} /> : undefined}
            onClick={() => onMove(card.id, { stageId: stage.id, index: 0 })}
          >
            {stage.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconArrowUp size={16} />}
          disabled={index === 0}
          onClick={() => onMove(card.id, { stageId: card.stage_id, index: index - 1 })}
        >
          {t('card.up')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowDown size={16} />}
          disabled={last}
          onClick={() => onMove(card.id, { stageId: card.stage_id, index: index + 1 })}
        >
          {t('card.down')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** A deal on the board. Drag it, or use its menu. */
export const Card = memo(function Card(props: CardProps) {
  const { card, kind, mayWrite, ownerName, onOpen, onDrag } = props;
  const { t } = useTranslation('board');
  const late = kind === 'open' && isOverdue(card.close_date);
  const who = card.company_name || card.lead_name;
  const age = daysSince(card.stage_entered_at);
  return (
    <li
      className={classes.card}
      data-card={card.id}
      data-dragged={props.dragged || undefined}
      data-won={props.justWon || undefined}
      draggable={mayWrite}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', card.name);
        onDrag(card.id);
      }}
      onDragEnd={() => onDrag(undefined)}
    >
      <div className={classes.cardTop}>
        <UnstyledButton
          className={classes.cardName}
          data-opens={card.id}
          title={card.name}
          onClick={() => onOpen(card.id)}
        >
          {card.name}
        </UnstyledButton>
        {mayWrite && <CardMenu {...props} />}
      </div>
      {who && (
        <Text size="xs" c="dimmed" className="tw-truncate" title={who}>
          {who}
        </Text>
      )}
      <div className={classes.cardFacts}>
        <span className={classes.amount}>
          {card.amount_minor === null
            ? t('card.noAmount')
            : formatMoney(card.amount_minor, card.currency)}
        </span>
        {card.lead_score !== null && (
          <ScoreBadge score={card.lead_score} band={card.lead_score_band} compact />
        )}
      </div>
      {kind === 'lost' && card.lost_reason && (
        <Text size="xs" c="dimmed" className="tw-truncate" title={card.lost_reason}>
          {card.lost_reason}
        </Text>
      )}
      <div className={classes.cardFoot}>
        <span title={t('card.since', { when: formatDateTime(card.stage_entered_at) })}>
          {t('card.age', { count: age })}
        </span>
        {card.close_date && kind === 'open' && (
          <span className={classes.due} data-late={late || undefined}>
            <IconCalendar size={14} aria-hidden />
            {late
              ? t('card.late', { when: formatDate(`${card.close_date}T00:00`) })
              : formatDate(`${card.close_date}T00:00`)}
          </span>
        )}
        {ownerName && (
          <Avatar
            size={22}
            radius="xl"
            variant="light"
            color="gray"
            className={classes.owner}
            title={ownerName}
            role="img"
            aria-label={t('card.owner', { name: ownerName })}
          >
            {initials(ownerName)}
          </Avatar>
        )}
      </div>
    </li>
  );
});
