import { Badge, Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatPercent } from '@/app/format';
import { type Touch, visitsQuery } from './queries';
import { RelatedCard } from './related-card';
import classes from './visits.module.css';

const route = getRouteApi('/_app/leads/$leadId');
const VisitsDrawer = lazy(() => import('./visits-drawer'));

/** What a touch says beside its channel: the campaign, or the site it came from. */
export const origin = (touch: Touch) =>
  [touch.utm_source, touch.utm_campaign].filter(Boolean).join(' · ') || touch.referrer_host || '';

function Stop({ touch, label }: { touch: Touch; label: string }) {
  const { t } = useTranslation('leads/detail');
  return (
    <li className={classes.stop}>
      <Text size="xs" c="dimmed">
        {label}, {formatDate(touch.at)}
      </Text>
      <Text size="sm" fw={500}>
        {t(`visits.channel.${touch.channel}`)}
      </Text>
      {[origin(touch), touch.landing_path].filter(Boolean).map((line) => (
        <Text key={line} size="sm" c="dimmed" className="tw-truncate" title={line ?? ''}>
          {line}
        </Text>
      ))}
    </li>
  );
}

/** How the lead came, from first to last touch, and the way to all visits. */
export function VisitsCard({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const { visits: opened } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(visitsQuery(leadId));
  const { data } = query;
  const open = (value: true | undefined) =>
    void navigate({ search: (old) => ({ ...old, visits: value }), replace: !value });
  const between = (data?.touches ?? 0) - 2;
  const bots = data && data.counts.likely_bot_share > 0;
  return (
    <RelatedCard
      title={t('visits.title')}
      count={data?.counts.sessions}
      query={query}
      empty={t('visits.none')}
    >
      {data?.first_touch && (
        <Stack gap="sm">
          <ol className={classes.way}>
            <Stop touch={data.first_touch} label={t('visits.first')} />
            {between > 0 && (
              <li className={classes.between}>
                <Text size="xs" c="dimmed">
                  {t('visits.between', { count: between })}
                </Text>
              </li>
            )}
            {data.last_touch && data.touches > 1 && (
              <Stop touch={data.last_touch} label={t('visits.last')} />
            )}
          </ol>
          {bots && (
            <Badge color="yellow" variant="light">
              {t('visits.bots', { share: formatPercent(data.counts.likely_bot_share) })}
            </Badge>
          )}
          <Button variant="default" size="xs" onClick={() => open(true)}>
            {t('visits.open')}
          </Button>
        </Stack>
      )}
      {opened && (
        <Suspense>
          <VisitsDrawer leadId={leadId} onClose={() => open(undefined)} />
        </Suspense>
      )}
    </RelatedCard>
  );
}
