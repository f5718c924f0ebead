import { Card, Group, Loader, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { leadName } from '@/app/lead-name';
import { type Condition, cleaned } from '@/components/filter-bar/condition';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { ScoreBadge } from '@/components/score-badge';
import { previewQuery } from './queries';
import classes from './segments.module.css';

/** How many leads the condition holds for right now, and some of them. */
export function Preview({ condition }: { condition: Condition | undefined }) {
  const { t } = useTranslation('segments');
  const wanted = useMemo(() => cleaned(condition), [condition]);
  const [settled] = useDebouncedValue(wanted, 350);
  const { data, error, refetch, isFetching } = useQuery(previewQuery(settled));
  return (
    <Card component="section" aria-label={t('preview.title')}>
      <Stack gap="sm">
        <Group justify="space-between" h={24}>
          <Text fw={600}>{t('preview.title')}</Text>
          {isFetching && <Loader size={16} aria-label={t('preview.counting')} />}
        </Group>
        {!settled ? (
          <Text size="sm" c="dimmed">
            {t('preview.nothing')}
          </Text>
        ) : error ? (
          <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
        ) : !data ? (
          <LoadingLines lines={6} />
        ) : (
          <>
            <Text role="status" className="tw-number">
              {t(data.exact ? 'preview.count' : 'preview.about', {
                count: data.count,
                number: formatNumber(data.count),
              })}
            </Text>
            <ul className={classes.sample}>
              {data.sample.map((lead) => (
                <li key={lead.id}>
                  <div className={classes.who}>
                    <LinkAnchor to={`/leads/${lead.id}` as never} className="tw-truncate">
                      {leadName(lead, t('unnamed'))}
                    </LinkAnchor>
                    <Text size="xs" c="dimmed" className="tw-truncate">
                      {lead.company_name ?? lead.email}
                    </Text>
                  </div>
                  <ScoreBadge score={lead.score} compact />
                </li>
              ))}
            </ul>
            {data.count > data.sample.length && (
              <Text size="xs" c="dimmed">
                {t('preview.more', { number: formatNumber(data.count - data.sample.length) })}
              </Text>
            )}
          </>
        )}
      </Stack>
    </Card>
  );
}
