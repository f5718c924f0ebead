import { ActionIcon, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconArrowDown, IconArrowUp, IconPencil, IconTrash } from '@/app/icons';
import classes from './settings.module.css';

interface RowActionsProps {
  /** Name of the record, part of every button's name. */
  name: string;
  onMove?: (step: -1 | 1) => void;
  first?: boolean;
  last?: boolean;
  onEdit?: (() => void) | undefined;
  onDelete?: (() => void) | undefined;
}

/** Move up, move down, edit and remove, for a row of a settings list. */
export function RowActions({ name, onMove, first, last, onEdit, onDelete }: RowActionsProps) {
  const { t } = useTranslation('settings');
  return (
    <Group gap={0} wrap="nowrap" className={classes.actions}>
      {onMove && (
        <>
          <ActionIcon
            aria-label={t('row.up', { name })}
            className={classes.step}
            disabled={first ?? false}
            onClick={() => onMove(-1)}
          >
            <IconArrowUp size={16} />
          </ActionIcon>
          <ActionIcon
            aria-label={t('row.down', { name })}
            className={classes.step}
            disabled={last ?? false}
            onClick={() => onMove(1)}
          >
            <IconArrowDown size={16} />
          </ActionIcon>
        </>
      )}
      {onEdit && (
        <ActionIcon aria-label={t('row.edit', { name })} onClick={onEdit}>
          <IconPencil size={16} />
        </ActionIcon>
      )}
      {onDelete && (
        <ActionIcon aria-label={t('row.delete', { name })} onClick={onDelete}>
          <IconTrash size={16} />
        </ActionIcon>
      )}
    </Group>
  );
}
