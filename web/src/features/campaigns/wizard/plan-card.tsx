import { Card, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { compares, type Draft } from '../draft';
import { templatesQuery } from '../queries';
import classes from './wizard.module.css';

/** The campaign in short: what it is for, and what people get when. */
export function PlanCard({ draft }: { draft: Draft }) {
  const { t } = useTranslation('campaigns');
  const { t: words } = useTranslation('journeys');
  const templates = useQuery(templatesQuery()).data?.items ?? [];
  const { goal, messages, schedule, testing } = draft;
  const names = new Map(templates.map(({ id, name }) => [id, name]));
  const begin =
    schedule.start === 'at' && schedule.at
      ? t('plan.at', { at: formatDateTime(schedule.at) })
      : t('plan.now');
  return (
    <Card component="section" aria-label={t('plan.title')} className={classes.fields}>
      <Title order={3} size="h3">
        {t('plan.title')}
      </Title>
      <Text size="sm">
        {goal.kind
          ? t(goal.target_count ? 'plan.goal' : 'plan.goalOpen', {
              count: goal.target_count ?? 0,
              goal: t(`goals.${goal.kind}`),
              days: goal.within_days,
            })
          : t('plan.noGoal')}
      </Text>
      <ol className={classes.plan}>
        {messages.map(({ key, channel, after, variants }, index) => {
          const content = variants
            .map(({ name, template_id, title, text, url }) => {
              const mail = template_id ? names.get(template_id) : undefined;
              return name || mail || title || text || url;
            })
            .filter(Boolean);
          return (
            <li key={key}>
              <Text size="xs" c="dimmed">
                {index === 0 && !after
                  ? begin
                  : t('plan.after', {
                      amount: after?.amount ?? 0,
                      unit: words(`unit.${after?.unit ?? 'days'}`),
                    })}
                {index > 0 && goal.kind && ` · ${t('plan.notYet')}`}
              </Text>
              <Text size="sm" fw={500} lineClamp={2}>
                {t(`channel.${channel}`)}: {content.join(' / ') || t('plan.open')}
              </Text>
              {variants.length > 1 && testing.mode !== 'one' && (
                <Text size="xs" c="dimmed">
                  {t('plan.variants', { count: variants.length })}
                </Text>
              )}
            </li>
          );
        })}
        <li>
          <Text size="xs" c="dimmed">
            {t('plan.end', { days: goal.within_days })}
          </Text>
        </li>
      </ol>
      {compares(messages) && testing.mode !== 'one' && (
        <Text size="xs" c="dimmed">
          {t(`testing.${testing.mode}Text`)}
        </Text>
      )}
    </Card>
  );
}
