import { Badge, Button, Group, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError } from '@/components/toasts';
import classes from '../settings.module.css';
import { change, comparesVolume, type Rule, rulesQuery } from './queries';
import { RuleDialog } from './rule-dialog';
import { span } from './span';

function condition(t: TFunction<'settings/monitoring'>, rule: Rule): string {
  const { unit, count } = span(rule.window_minutes);
  const window = t(`window.${unit}`, { count });
  const kind = comparesVolume(rule) ? 'rules.volume' : 'rules.count';
  const words = t(kind, { count: rule.threshold, window });
  return rule.hours_from === null
    ? words
    : `${words} · ${t('rules.hours', { from: rule.hours_from, to: rule.hours_to })}`;
}

/** What is looked for, and when it raises an alert. */
export function RulesCard() {
  const { t } = useTranslation('settings/monitoring');
  const mayWrite = useMay('security:write');
  const { data, error, refetch } = useQuery(rulesQuery());
  const [edited, setEdited] = useState<Rule>();
  const [switching, setSwitching] = useState<string>();
  const turn = async (rule: Rule, enabled: boolean) => {
    setSwitching(rule.rule);
    try {
      await change('patch', `/rules/${rule.rule}`, { enabled });
    } catch (reason) {
      toastError(t('rules.notSaved', { name: rule.label }), reason);
    }
    setSwitching(undefined);
  };
  return (
    <SettingsCard title={t('rules.title')} description={t('rules.text')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={6} />}
      <ul className={classes.rows}>
        {data?.items.map((rule) => (
          <li key={rule.rule} className={classes.row}>
            <Stack gap={4} className={classes.main}>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {rule.label}
                </Text>
                <Badge color="gray">{t(`severity.${rule.severity}`)}</Badge>
                {!rule.is_default && <Badge color="blue">{t('rules.changed')}</Badge>}
              </Group>
              <Text size="sm" className={classes.breakable}>
                {rule.description}
              </Text>
              <Text size="xs" c="dimmed">
                {condition(t, rule)}
              </Text>
            </Stack>
            <Group gap="sm" wrap="nowrap">
              {mayWrite && (
                <Button
                  variant="subtle"
                  aria-label={t('rules.editNamed', { name: rule.label })}
                  onClick={() => setEdited(rule)}
                >
                  {t('rules.edit')}
                </Button>
              )}
              <Switch
                aria-label={t('rules.on', { name: rule.label })}
                checked={switching === rule.rule ? !rule.enabled : rule.enabled}
                disabled={!mayWrite || switching !== undefined}
                onChange={(event) => void turn(rule, event.currentTarget.checked)}
              />
            </Group>
          </li>
        ))}
      </ul>
      {edited && <RuleDialog rule={edited} onClose={() => setEdited(undefined)} />}
    </SettingsCard>
  );
}
