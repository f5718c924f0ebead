import { Alert, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatRelative, formatTime } from '@/app/format';
import { IconAlertTriangle } from '@/app/icons';
import type { Summary } from './queries';
import classes from './scoring.module.css';

type Health = NonNullable<Summary['health']>;

/** The check runs at 03:15 UTC. */
const nightly = () => formatTime(new Date().setUTCHours(3, 15, 0, 0));
const LITTLE = 0.1;
const MUCH = 0.25;

const level = (psi: number) => (psi >= MUCH ? 'much' : psi >= LITTLE ? 'some' : 'little');

/** Whether newer leads still look like those the model learned from, and whether forecasts come true. */
export function HealthCard({ health }: { health: Health | undefined }) {
  const { t } = useTranslation('scoring');
  if (!health) {
    return (
      <Card component="section" aria-labelledby="scoring-health">
        <Title order={2} size="h3" id="scoring-health">
          {t('health.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('health.notYet', { hour: nightly() })}
        </Text>
      </Card>
    );
  }
  const { calibration } = health;
  const moved = health.features.filter((feature) => feature.psi >= LITTLE);
  return (
    <Card component="section" aria-labelledby="scoring-health">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h3" id="scoring-health">
            {t('health.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('health.checked', { when: formatRelative(health.checked_at) })}
          </Text>
        </div>
        {health.drifted ? (
          <Alert color="yellow" icon={<IconAlertTriangle size={16} />} title={t('health.drifted')}>
            <List size="sm">
              {health.reasons.map((reason) => (
                <List.Item key={reason}>{reason}</List.Item>
              ))}
            </List>
          </Alert>
        ) : (
          <Text size="sm">
            {health.score_psi === null
              ? t('health.tooFew', { leads: formatNumber(health.leads) })
              : t('health.steady', { leads: formatNumber(health.leads) })}
          </Text>
        )}
        {calibration && (
          <Text size="sm" c="dimmed">
            {t('health.forecasts', {
              rows: formatNumber(calibration.rows),
              expected: formatNumber(calibration.expected, { maximumFractionDigits: 0 }),
              observed: formatNumber(calibration.observed),
            })}
          </Text>
        )}
        {moved.length > 0 && (
          <ul className={classes.rows}>
            {moved.map((feature) => (
              <li key={feature.name} className={classes.row}>
                <Text size="sm" className={classes.main}>
                  {feature.label}
                </Text>
                <Group gap="xs">
                  <Text size="sm" c="dimmed">
                    {t(`health.${level(feature.psi)}`)}
                  </Text>
                  <Text size="sm" className="tw-number">
                    {formatNumber(feature.psi, { maximumFractionDigits: 2 })}
                  </Text>
                </Group>
              </li>
            ))}
          </ul>
        )}
      </Stack>
    </Card>
  );
}
