import { Card, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { BarChart } from '@/components/charts';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { type RuleSet, triedQuery } from './queries';
import classes from './scoring.module.css';

/** What the rules as edited make of a sample of leads, beside the rules in force. */
export function TryCard({ setupKey, rules }: { setupKey: string; rules: RuleSet }) {
  const { t } = useTranslation('scoring');
  const [settled] = useDebouncedValue(rules, 500);
  const { data, error, isFetching, refetch } = useQuery(triedQuery(setupKey, settled));
  const named = new Map((rules.rules ?? []).map((rule) => [rule.id, rule.name]));
  return (
    <Card component="section" aria-labelledby="setup-try">
      <Stack gap="sm">
        <Group justify="space-between" h={24}>
          <Title order={2} size="h3" id="setup-try">
            {t('try.title')}
          </Title>
          {isFetching && <Loader size={16} aria-label={t('try.counting')} />}
        </Group>
        {error ? (
          <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
        ) : !data ? (
          <LoadingLines lines={8} />
        ) : (
          <>
            <Text size="xs" c="dimmed">
              {t('try.text', { leads: formatNumber(data.leads) })}
            </Text>
            <Suspense fallback={<LoadingLines lines={6} />}>
              <BarChart
                h={160}
                data={data.after.map((after, index) => ({
                  range: `${index * 10}`,
                  [t('try.before')]: data.before[index] ?? 0,
                  [t('try.after')]: after,
                }))}
                dataKey="range"
                series={[
                  { name: t('try.before'), color: 'gray.5' },
                  { name: t('try.after'), color: 'blue.5' },
                ]}
                withLegend
                gridAxis="x"
              />
            </Suspense>
            <Text size="sm">
              {t('try.moved', {
                up: formatNumber(data.moved_up),
                down: formatNumber(data.moved_down),
              })}
            </Text>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
            <section className={classes.effects} tabIndex={0} aria-label={t('try.effects')}>
              <ul className={classes.rows}>
                {data.effects.map((effect) => (
                  <li key={effect.rule} className={classes.row}>
                    <Text size="sm" className={`${classes.main} tw-truncate`}>
                      {named.get(effect.rule) ?? effect.rule}
                    </Text>
                    <Text size="sm" c="dimmed" className="tw-number">
                      {effect.broken
                        ? t('try.broken')
                        : t('try.matches', {
                            count: effect.leads,
                            leads: formatNumber(effect.leads),
                          })}
                    </Text>
                  </li>
                ))}
              </ul>
            </section>
          </>
        )}
      </Stack>
    </Card>
  );
}
