import { Group, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconLock } from '@/app/icons';
import classes from './masked.module.css';

const MASK = '••';

/** Whether the server sent a mask instead of a value. */
export const isMasked = (value: unknown): value is string =>
  typeof value === 'string' && value.includes(MASK);

/** A value; where it is masked, a quiet lock beside it says why. */
export function Masked({ value }: { value: string | null | undefined }): ReactNode {
  const { t } = useTranslation('components');
  if (!isMasked(value)) return value ?? '';
  return (
    <Tooltip label={t('masked.why')}>
      <Group component="span" display="inline-flex" gap={4} wrap="nowrap" c="dimmed" maw="100%">
        <Text component="span" inherit truncate>
          {value}
        </Text>
        <IconLock size={12} role="img" aria-label={t('masked.why')} className={classes.lock} />
      </Group>
    </Tooltip>
  );
}
