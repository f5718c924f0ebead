import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber, formatRelative } from '@/app/format';
import classes from '../settings.module.css';
import type { Alert } from './queries';

const SEVERITIES: Record<Alert['severity'], string> = {
  low: 'gray',
  medium: 'yellow',
  high: 'red',
};

interface AlertRowProps {
  alert: Alert;
  onHandle?: ((alert: Alert, state: 'acknowledged' | 'closed') => void) | undefined;
}

/** An alert: who it is about, why it was raised, and what was done about it. */
export function AlertRow({ alert, onHandle }: AlertRowProps) {
  const { t } = useTranslation('settings/monitoring');
  const subject = alert.subject_name || t(`nameless.${alert.subject_type}`);
  const facts = [
    t('counted', { count: alert.occurrences, shown: formatNumber(alert.occurrences) }),
    t('last', { when: formatRelative(alert.last_at) }),
    alert.networks.length > 0 && t('from', { networks: alert.networks.join(', ') }),
  ];
  const name = { rule: alert.rule_label, subject };
  return (
    <li className={classes.row}>
      <Stack gap={4} className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500} className={classes.breakable}>
            {t('about', name)}
          </Text>
          <Badge color={SEVERITIES[alert.severity]}>{t(`severity.${alert.severity}`)}</Badge>
          {alert.state === 'acknowledged' && <Badge color="blue">{t('state.acknowledged')}</Badge>}
        </Group>
        <Text size="sm" className={classes.breakable}>
          {alert.why}
        </Text>
        <Text size="xs" c="dimmed" className={classes.breakable}>
          {facts.filter(Boolean).join(' · ')}
        </Text>
        {alert.handled_at && (
          <Text size="xs" c="dimmed" className={classes.breakable}>
            {t(`handled.${alert.state}`, {
              name: alert.handled_by_name,
              when: formatDateTime(alert.handled_at),
            })}
            {alert.note && ` “${alert.note}”`}
          </Text>
        )}
      </Stack>
      {onHandle && alert.state !== 'closed' && (
        <Group gap="xs" wrap="nowrap">
          {alert.state === 'open' && (
            <Button
              variant="subtle"
              aria-label={t('acknowledgeNamed', name)}
              onClick={() => onHandle(alert, 'acknowledged')}
            >
              {t('acknowledge')}
            </Button>
          )}
          <Button
            variant="default"
            aria-label={t('closeNamed', name)}
            onClick={() => onHandle(alert, 'closed')}
          >
            {t('close')}
          </Button>
        </Group>
      )}
    </li>
  );
}
