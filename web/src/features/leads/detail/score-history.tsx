import { List, Skeleton, Stack, Text } from '@mantine/core';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatDate, formatTime } from '@/app/format';
import { AreaChart } from '@/components/charts';

type Entry = Schema<'ScoreHistoryRead'>;

const DAY = 86_400_000;
const CHANGES_SHOWN = 4;
const startOf = (entry: Entry) => new Date(entry.since ?? entry.scored_at).getTime();

/** How the score went: a step for each change, and the days on which the band changed. */
export function ScoreHistory({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation(['leads/detail', 'components']);
  const scored = entries.filter((entry) => entry.score !== null);
  scored.sort((a, b) => startOf(a) - startOf(b));
  const first = scored[0];
  const last = scored[scored.length - 1];
  if (!first || !last || scored.length < 2) return null;
  const steps = scored.map((entry) => ({ at: startOf(entry), score: entry.score }));
  steps.push({ at: Math.max(Date.parse(last.scored_at), startOf(last)), score: last.score });
  const short = startOf(last) - startOf(first) < DAY;
  const shown = (at: number) => (short ? formatTime(at) : formatDate(at));
  const changes = scored
    .flatMap((entry, index) => {
      const before = scored[index - 1];
      return before && before.band !== entry.band ? [{ entry, from: before.band }] : [];
    })
    .slice(-CHANGES_SHOWN)
    .reverse();
  const word = (band: string | null) => (band ? t(`components:score.${band}`) : t('score.none'));
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {t('score.history', { from: first.score, to: last.score, date: shown(startOf(first)) })}
      </Text>
      <div inert>
        <Suspense fallback={<Skeleton height={120} />}>
          <AreaChart
            h={120}
            data={steps}
            dataKey="at"
            series={[{ name: 'score', label: t('score.title'), color: 'blue.5' }]}
            curveType="stepAfter"
            withDots={false}
            withTooltip={false}
            withGradient={false}
            fillOpacity={0.1}
            gridAxis="x"
            yAxisProps={{ domain: [0, 100], ticks: [0, 50, 100], width: 32 }}
            xAxisProps={{
              type: 'number',
              scale: 'time',
              domain: ['dataMin', 'dataMax'],
              tickFormatter: shown,
              minTickGap: 24,
            }}
          />
        </Suspense>
      </div>
      {changes.length > 0 && (
        <List size="xs" c="dimmed" listStyleType="none">
          {changes.map(({ entry, from }) => (
            <List.Item key={entry.scored_at}>
              {t('score.bandChange', {
                date: shown(startOf(entry)),
                from: word(from),
                to: word(entry.band),
              })}
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}
