import { ActionIcon, Group, Select, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconChevronLeft, IconChevronRight } from '@/app/icons';
import classes from './data-table.module.css';
import type { TablePaging } from './types';

const SIZES = ['25', '50', '100'];

interface FooterProps {
  paging: TablePaging | undefined;
  shown: number | undefined;
  children?: ReactNode;
}

/** Count (announced when it changes), page size and previous/next. */
export function DataTableFooter({ paging, shown, children }: FooterProps) {
  const { t } = useTranslation('components');
  const total = paging?.total;
  const count =
    shown === undefined
      ? ''
      : total
        ? t(total.exact ? 'table.shownOf' : 'table.shownOfMore', {
            shown: formatNumber(shown),
            total: formatNumber(total.value),
          })
        : t('table.shown', { count: shown, shown: formatNumber(shown) });
  return (
    <div className={classes.footer}>
      <Group gap="sm">
        <Text size="xs" c="dimmed" className="tw-number" role="status">
          {count}
        </Text>
        {children}
      </Group>
      {paging && (
        <Group gap="xs" wrap="nowrap">
          {paging.onSize && (
            <Select
              size="xs"
              w={72}
              data={SIZES}
              value={String(paging.size)}
              onChange={(value) => value && paging.onSize?.(Number(value))}
              aria-label={t('table.pageSize')}
            />
          )}
          <Tooltip label={t('table.previous')}>
            <ActionIcon
              variant="default"
              size={30}
              disabled={!paging.onPrevious}
              onClick={paging.onPrevious}
              aria-label={t('table.previous')}
            >
              <IconChevronLeft size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label={t('table.next')}>
            <ActionIcon
              variant="default"
              size={30}
              disabled={!paging.onNext}
              onClick={paging.onNext}
              aria-label={t('table.next')}
            >
              <IconChevronRight size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      )}
    </div>
  );
}
