import { ActionIcon, Box, Indicator, Popover, ScrollArea, Text, Tooltip } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { formatDateTime, formatRelative } from '../format';
import { IconBell } from '../icons';
import { NotificationLink } from './notification-link';
import classes from './notifications.module.css';

const PATH = '/api/v1/notifications';

/** The bell: what happened for this person, newest first. */
export function Notifications() {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const list = useQuery({ ...apiQuery<Schema<'NotificationPage'>>(PATH), retry: false });
  const items = list.data?.items;
  const unread = list.data?.unread ?? 0;
  const read = useMutation({
    mutationFn: () => request('post', '/api/v1/notifications/read', { body: {} }),
    onSettled: () => invalidatePaths(PATH),
  });
  const toggle = (open: boolean) => {
    setOpened(open);
    if (!open && unread > 0) read.mutate();
  };
  const label = unread > 0 ? t('bell.unread', { count: unread }) : t('bell.title');
  return (
    <Popover
      opened={opened}
      onChange={toggle}
      position="bottom-end"
      width={360}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Tooltip label={t('bell.title')} disabled={opened}>
          <Indicator disabled={unread === 0} size={8} offset={7} color="red">
            <ActionIcon
              aria-label={label}
              aria-haspopup="dialog"
              aria-expanded={opened}
              onClick={() => toggle(!opened)}
            >
              <IconBell size={18} stroke={1.75} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t('bell.title')}>
        <Text component="h2" size="sm" fw={600} className={classes.title}>
          {t('bell.title')}
        </Text>
        <ScrollArea.Autosize mah="min(420px, 60vh)" viewportProps={{ tabIndex: 0 }}>
          {list.isPending && (
            <Box p="md">
              <LoadingLines lines={4} />
            </Box>
          )}
          {list.isError && !items && (
            <ErrorState compact order={3} error={list.error} onRetry={() => void list.refetch()} />
          )}
          {items?.length === 0 && (
            <EmptyState compact icon={IconBell} title={t('bell.emptyTitle')}>
              {t('bell.emptyText')}
            </EmptyState>
          )}
          <ul className={classes.list}>
            {items?.map((item) => (
              <li key={item.id} data-unread={!item.read_at || undefined}>
                <NotificationLink item={item} onFollow={() => toggle(false)}>
                  <Text size="sm" fw={item.read_at ? 400 : 600}>
                    {item.title}
                    {!item.read_at && <span className="tw-hidden">{t('bell.new')}</span>}
                  </Text>
                  {item.body && (
                    <Text size="sm" c="dimmed">
                      {item.body}
                    </Text>
                  )}
                  <Text size="xs" c="dimmed">
                    <time dateTime={item.created_at} title={formatDateTime(item.created_at)}>
                      {formatRelative(item.created_at)}
                    </time>
                  </Text>
                </NotificationLink>
              </li>
            ))}
          </ul>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
