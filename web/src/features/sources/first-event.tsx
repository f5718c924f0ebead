import { Button, Card, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatTime } from '@/app/format';
import { IconCircleCheck } from '@/app/icons';
import { eventsQuery, type Source } from './queries';
import classes from './sources.module.css';
import { eventTitle } from './words';

const route = getRouteApi('/_app/sources/$sourceId');

/** Waits for the first event of a source, and says so when it is there. */
export function FirstEvent({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const navigate = route.useNavigate();
  const arrived = source.first_event_at !== null;
  const { data } = useQuery({ ...eventsQuery(source.id, {}), enabled: arrived });
  const first = data?.items.at(-1);
  return (
    <Card
      component="section"
      aria-live="polite"
      className={arrived ? classes.arrived : classes.waiting}
    >
      <Group justify="space-between" gap="sm">
        <Group wrap="nowrap" gap="sm">
          {arrived ? (
            <IconCircleCheck size={32} color="var(--mantine-color-green-text)" aria-hidden />
          ) : (
            <span className={classes.dot} aria-hidden />
          )}
          <div>
            <Title order={2} size="h3">
              {t(arrived ? 'first.arrived' : 'first.waiting')}
            </Title>
            <Text size="sm" c="dimmed">
              {arrived
                ? first &&
                  t('first.what', {
                    event: eventTitle(t, first),
                    when: formatTime(first.received_at),
                  })
                : t('first.text')}
            </Text>
          </div>
        </Group>
        {arrived && (
          <Button onClick={() => void navigate({ search: { tab: 'debugger' } })}>
            {t('first.open')}
          </Button>
        )}
      </Group>
    </Card>
  );
}
