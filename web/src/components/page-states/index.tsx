import { Button, Group, Loader, Skeleton, Stack, Text } from '@mantine/core';
import { useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import type { Icon } from '@/app/icon-type';
import {
  IconAlertTriangle,
  IconCompass,
  IconFilterOff,
  IconInbox,
  IconLock,
  IconRefresh,
  IconWifiOff,
} from '@/app/icons';
import { useMe } from '@/app/session';
import { LinkAnchor } from '../link-anchor';
import { StatePanel } from './state-panel';

interface Common {
  compact?: boolean;
}

/** Nothing there yet: what this is, one action, one link. Only after a successful answer. */
export function EmptyState({
  icon = IconInbox,
  title,
  children,
  action,
  compact = false,
}: Common & { icon?: Icon; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <StatePanel icon={icon} title={title} action={action} compact={compact}>
      {children}
    </StatePanel>
  );
}

/** The filters match nothing. */
export function FilteredEmptyState({
  title,
  onClear,
  compact = false,
}: Common & { title: string; onClear: () => void }) {
  const { t } = useTranslation('components');
  return (
    <StatePanel
      icon={IconFilterOff}
      title={title}
      compact={compact}
      action={
        <Button variant="default" onClick={onClear}>
          {t('states.clearFilters')}
        </Button>
      }
    >
      {t('states.filteredHint')}
    </StatePanel>
  );
}

/** A request failed: what, try again, request id. Picks the right panel for 403, 404 and offline. */
export function ErrorState({
  error: reason,
  title,
  onRetry,
  compact = false,
  order = 2,
}: Common & { error: unknown; title?: string; onRetry?: () => void; order?: 1 | 2 | 3 }) {
  const { t } = useTranslation('components');
  const error = toApiError(reason);
  const retry = onRetry && (
    <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={onRetry}>
      {t('states.retry')}
    </Button>
  );
  if (error.offline) {
    return (
      <StatePanel
        role="alert"
        icon={IconWifiOff}
        title={t('states.offlineTitle')}
        action={retry}
        compact={compact}
        order={order}
      >
        {t('states.offlineText')}
      </StatePanel>
    );
  }
  return (
    <StatePanel
      role="alert"
      icon={IconAlertTriangle}
      title={title ?? t('states.errorTitle')}
      action={retry}
      compact={compact}
      order={order}
    >
      <Text size="sm">{error.message}</Text>
      {error.retryAfterSeconds !== undefined && (
        <Text size="sm">{t('states.retryAfter', { count: error.retryAfterSeconds })}</Text>
      )}
      {error.requestId && (
        <Text size="xs">
          {t('error.request', { id: '' })}
          <code>{error.requestId}</code>
        </Text>
      )}
    </StatePanel>
  );
}

/** The person lacks a right: which one, and who can give it. */
export function NoPermissionState({
  permission,
  order = 1,
}: {
  permission: string;
  order?: 1 | 2;
}) {
  const { t } = useTranslation('components');
  const { organisation } = useMe();
  return (
    <StatePanel icon={IconLock} title={t('states.forbiddenTitle')} order={order}>
      {t('states.forbiddenText', { permission, organisation: organisation.name })}
    </StatePanel>
  );
}

/** A record that was deleted or belongs to another organisation. */
export function NotFoundState({
  title,
  to,
  back,
  order = 1,
}: {
  title: string;
  to: string;
  back: string;
  order?: 1 | 2;
}) {
  const { t } = useTranslation('components');
  return (
    <StatePanel
      icon={IconCompass}
      title={title}
      order={order}
      action={
        <LinkAnchor to={to} size="sm">
          {back}
        </LinkAnchor>
      }
    >
      {t('states.notFoundText')}
    </StatePanel>
  );
}

/** Becomes true when something has been loading for ten seconds. */
export function useSlow(loading: boolean, afterMs = 10_000): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!loading) {
      setSlow(false);
      return;
    }
    const timer = setTimeout(() => setSlow(true), afterMs);
    return () => clearTimeout(timer);
  }, [loading, afterMs]);
  return slow;
}

/** Shown under a skeleton that takes too long. */
export function StillLoading({ onRetry }: { onRetry?: () => void }) {
  const { t } = useTranslation('components');
  const slow = useSlow(true);
  if (!slow) return null;
  return (
    <Group role="status" gap="sm" justify="center" p="sm">
      <Loader size="xs" />
      <Text size="sm">{t('states.stillLoading')}</Text>
      {onRetry && (
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          {t('states.retry')}
        </Button>
      )}
    </Group>
  );
}

/** Skeleton of text lines with a fixed height, so that nothing jumps when data comes. */
export function LoadingLines({ lines = 5, height = 14 }: { lines?: number; height?: number }) {
  return (
    <Stack gap="sm" aria-hidden>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity
        <Skeleton key={index} height={height} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

/** Reloads the failed page of the router. */
export function useReloadPage(): () => void {
  const router = useRouter();
  return () => void router.invalidate();
}

export { StatePanel } from './state-panel';
