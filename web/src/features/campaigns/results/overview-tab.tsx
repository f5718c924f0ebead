import { Alert, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber, formatPercent } from '@/app/format';
import { LinkButton } from '@/components/link-anchor';
import { StatCard } from '@/components/stat-card';
import type { TabProps } from '../campaign-page';
import classes from '../campaigns.module.css';
import { amounts, interval, stages } from '../figures';
import type { Results } from '../queries';
import { CohortsCard } from './cohorts-card';
import { TimelineCard } from './timeline-card';

/** How far the goal is, at what pace, and what the holdout says of the cause. */
function GoalCard({ results }: { results: Results }) {
  const { t } = useTranslation('campaigns');
  const { goal, lift } = results;
  const { reached, target_count: target } = goal;
  const rate = interval(goal.share);
  const facts = [
    rate ? t('goalCard.rate', { rate }) : t('goalCard.tooFew'),
    goal.a_day !== null &&
      t('goalCard.pace', { shown: formatNumber(goal.a_day, { maximumFractionDigits: 1 }) }),
    goal.target_on && t('goalCard.on', { day: formatDate(goal.target_on) }),
    goal.foreseen !== null &&
      t('goalCard.foreseen', {
        shown: formatNumber(goal.foreseen),
        low: formatNumber(goal.foreseen_low ?? goal.foreseen),
        high: formatNumber(goal.foreseen_high ?? goal.foreseen),
      }),
  ].filter((fact): fact is string => Boolean(fact));
  return (
    <Card component="section" aria-label={t('goalCard.title')}>
      <Stack gap="sm">
        <Title order={2} size="h3">
          {t('goalCard.title')}
        </Title>
        <Group gap="xs" align="baseline">
          <Text fz={28} lh="32px" fw={600} className="tw-number">
            {formatNumber(reached)}
          </Text>
          <Text size="sm" c="dimmed">
            {[target !== null && t('goalCard.of', { shown: formatNumber(target) }), goal.label]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </Group>
        {target && (
          <Progress
            value={Math.min(100, (100 * reached) / target)}
            aria-label={t('list.progress', { goal: goal.label })}
          />
        )}
        <ul className={classes.facts}>
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
        {lift && (
          <Alert color="blue" title={t('lift.title')} p="sm">
            {lift.difference === null || lift.low === null || lift.high === null
              ? t('lift.tooFew', { reached: lift.reached.of, holdout: lift.holdout.of })
              : t('lift.text', {
                  difference: points(lift.difference),
                  low: points(lift.low),
                  high: points(lift.high),
                  reached: formatPercent(lift.reached.rate ?? 0, 1),
                  holdout: formatPercent(lift.holdout.rate ?? 0, 1),
                  goals: formatNumber(Math.round(lift.extra_goals ?? 0)),
                })}
          </Alert>
        )}
      </Stack>
    </Card>
  );
}

/** A difference of two rates, in points of a percent, with its sign. */
const points = (difference: number) =>
  formatNumber(100 * difference, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });

function FunnelCard({ results }: { results: Results }) {
  const { t } = useTranslation('campaigns');
  const { funnel } = results;
  return (
    <Card component="section" aria-label={t('funnel.title')}>
      <Title order={2} size="h3" mb={4}>
        {t('funnel.title')}
      </Title>
      <Text size="xs" c="dimmed" mb="sm">
        {t('funnel.text')}
      </Text>
      <table className={classes.funnel}>
        <thead className="tw-hidden">
          <tr>
            <th scope="col">{t('funnel.stage')}</th>
            <th scope="col">{t('funnel.people')}</th>
            <th scope="col">{t('funnel.share')}</th>
          </tr>
        </thead>
        <tbody>
          {stages(funnel).map(({ key, people, share }) => (
            <tr key={key}>
              <th scope="row">{t(`funnel.${key}`)}</th>
              <td className={classes.track} aria-hidden>
                <span style={{ inlineSize: `${100 * Math.min(1, share)}%` }} data-stage={key} />
              </td>
              <td className="tw-number">{formatNumber(people)}</td>
              <td className="tw-number">{formatPercent(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="xs" c="dimmed" mt="sm">
        {[
          funnel.holdout > 0 && t('funnel.holdout', { shown: formatNumber(funnel.holdout) }),
          t('funnel.bounced', { shown: formatNumber(funnel.bounced) }),
          t('funnel.complained', { shown: formatNumber(funnel.complained) }),
          t('funnel.unsubscribed', { shown: formatNumber(funnel.unsubscribed) }),
          funnel.opened === null && t('funnel.untracked'),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </Card>
  );
}

/** The key figures, the goal, the funnel, what happened when, and how each week's people went on. */
export function OverviewTab({ campaign, results }: TabProps) {
  const { t } = useTranslation('campaigns');
  const { funnel, money } = results;
  const spent = money.map(({ spend_minor, currency }) => ({ amount_minor: spend_minor, currency }));
  const won = money.map(({ revenue_minor, currency }) => ({
    amount_minor: revenue_minor,
    currency,
  }));
  const stopped = results.not_sent.reduce((sum, { people }) => sum + people, 0);
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="md">
        <StatCard
          label={t('overview.entered')}
          value={formatNumber(funnel.entered)}
          hint={
            funnel.audience === null
              ? undefined
              : t('overview.audience', { shown: formatNumber(funnel.audience) })
          }
        />
        <StatCard
          label={t('overview.sent')}
          value={formatNumber(funnel.sent)}
          hint={t('overview.delivered', { shown: formatNumber(funnel.delivered) })}
        />
        <StatCard label={t('overview.spend')} value={amounts(spent) || '–'} />
        <StatCard
          label={t('overview.revenue')}
          value={amounts(won) || '–'}
          hint={t('overview.influenced')}
        />
      </SimpleGrid>
      {stopped > 0 && (
        <Alert color="gray" p="sm">
          <Group justify="space-between" gap="sm">
            <Text size="sm">
              {t('overview.notSent', { count: stopped, shown: formatNumber(stopped) })}
            </Text>
            <LinkButton size="xs" variant="default" to="." search={{ tab: 'people' } as never}>
              {t('overview.why')}
            </LinkButton>
          </Group>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <GoalCard results={results} />
        <FunnelCard results={results} />
      </SimpleGrid>
      <TimelineCard campaign={campaign} />
      <CohortsCard campaign={campaign} />
    </Stack>
  );
}
