import { Badge, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatRelative } from '@/app/format';
import { LinkAnchor } from '@/components/link-anchor';
import { Masked } from '@/components/masked';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { eventTypesQuery, waitingQuery } from '../queries';
import classes from './list.module.css';

/** Who waits for a time to become free, first come first. */
export function WaitingList({ type }: { type: string | undefined }) {
  const { t } = useTranslation('meetings');
  const { data, error, refetch } = useQuery(waitingQuery(type));
  const { data: types } = useQuery(eventTypesQuery());
  const shown = data?.filter(({ state }) => state === 'waiting' || state === 'offered');
  return (
    <SettingsCard title={t('waiting.title')} description={t('waiting.text')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={2} />}
      {shown?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('waiting.none')}
        </Text>
      )}
      {shown && shown.length > 0 && (
        <ul className={classes.people}>
          {shown.map((one) => (
            <li key={one.id}>
              <Group gap="xs">
                {one.lead_id ? (
                  <LinkAnchor to={`/leads/${one.lead_id}` as never} fw={500}>
                    <Masked value={one.name} />
                  </LinkAnchor>
                ) : (
                  <Text size="sm" fw={500}>
                    <Masked value={one.name} />
                  </Text>
                )}
                {one.state === 'offered' && <Badge color="green">{t('waiting.offered')}</Badge>}
              </Group>
              <Text size="xs" c="dimmed">
                {[
                  types?.find(({ id }) => id === one.event_type_id)?.title,
                  t('waiting.between', {
                    from: formatDateTime(one.wanted_from),
                    to: formatDateTime(one.wanted_until),
                  }),
                  t('waiting.waits', { when: formatRelative(one.created_at) }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </SettingsCard>
  );
}
