import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatRelative } from '@/app/format';
import classes from './calendars.module.css';
import type { Calendar } from './queries';

/** How fresh a calendar is, in one line; what is wrong with it in a second one. */
export function StateLine({ calendar }: { calendar: Calendar }) {
  const { t } = useTranslation('calendars');
  const { state, synced_at, problem, live, skipped, truncated } = calendar;
  if (state === 'unused') {
    return (
      <Text size="xs" c="dimmed">
        {t('state.unused')}
      </Text>
    );
  }
  const when = synced_at ? formatRelative(synced_at) : undefined;
  const read = when ? t('state.read', { when }) : t(problem ? 'state.never' : 'state.reading');
  const more = [
    live && t('state.live'),
    skipped > 0 && t('state.skipped', { count: skipped }),
    truncated && t('state.truncated'),
  ];
  const late = state !== 'fresh' && (when !== undefined || problem !== null);
  return (
    <>
      <Text size="xs" c="dimmed">
        {[read, ...more].filter(Boolean).join(' · ')}
      </Text>
      {late && (
        <Text size="xs" c="var(--mantine-color-yellow-text)" className={classes.breakable}>
          {[problem, when && t('state.stale')].filter(Boolean).join(' ')}
        </Text>
      )}
    </>
  );
}
