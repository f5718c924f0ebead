import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError } from '@/components/toasts';
import { CopyLine } from './copy-line';
import { endFeed, feedQuery, renewFeed } from './queries';

/** The address under which calendar programs read the member's meetings. */
export function FeedCard() {
  const { t } = useTranslation('calendars');
  const { data, error, refetch } = useQuery(feedQuery());
  const change = async (wish: () => Promise<unknown>, question?: string) => {
    const sure =
      !question ||
      (await askConfirm({
        title: t('feed.sure'),
        message: t('feed.sureText'),
        confirm: question,
      }));
    if (!sure) return;
    try {
      await wish();
    } catch (reason) {
      toastError(t('feed.failed'), reason);
    }
  };
  return (
    <SettingsCard title={t('feed.title')} description={t('feed.text')}>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} compact />}
      {!data && !error && <LoadingLines lines={2} />}
      {data?.url && <CopyLine label={t('feed.address')} text={data.url} />}
      {data && (
        <Group gap="sm">
          {data.url ? (
            <>
              <Button variant="default" onClick={() => void change(renewFeed, t('feed.renew'))}>
                {t('feed.renew')}
              </Button>
              <Button
                variant="subtle"
                color="red"
                onClick={() => void change(endFeed, t('feed.end'))}
              >
                {t('feed.end')}
              </Button>
            </>
          ) : (
            <Button variant="default" onClick={() => void change(renewFeed)}>
              {t('feed.make')}
            </Button>
          )}
        </Group>
      )}
    </SettingsCard>
  );
}
