import { Badge, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import classes from './intents.module.css';
import type { SetDetail } from './queries';
import { usePublishedCard } from './use-card';

/** How each intent fares on examples held out, and what is taken for what. */
export function ConfusionCard({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const { model, card, error, retry } = usePublishedCard(set);
  if (set.published_version === null) return null;
  const labels = [...(card?.labels ?? [])].sort((one, other) => one.recall - other.recall);
  return (
    <Card component="section" aria-labelledby="intents-confusion">
      <Stack gap="md">
        <div>
          <Title order={2} size="h3" id="intents-confusion">
            {t('confusion.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('confusion.text')}
          </Text>
        </div>
        {error && !card ? <ErrorState error={error} compact onRetry={() => void retry()} /> : null}
        {!card && !error && <LoadingLines lines={6} />}
        {card && model && (
          <>
            <dl className={classes.facts}>
              <div>
                <dt>{t('confusion.accuracy')}</dt>
                <dd className="tw-number">{formatPercent(model.metrics.accuracy, 1)}</dd>
              </div>
              <div>
                <dt>{t('confusion.accepted')}</dt>
                <dd className="tw-number">{formatPercent(model.metrics.accepted)}</dd>
              </div>
              <div>
                <dt>{t('confusion.refused')}</dt>
                <dd className="tw-number">
                  {model.metrics.refused === null ? '–' : formatPercent(model.metrics.refused)}
                </dd>
              </div>
            </dl>
            {card.confusions.length === 0 ? (
              <Text size="sm">{t('confusion.none')}</Text>
            ) : (
              <ul className={classes.rows}>
                {card.confusions.slice(0, 12).map((pair) => (
                  <li key={`${pair.label} ${pair.predicted}`} className={classes.row}>
                    <div className={classes.main}>
                      <Group gap={6}>
                        <Text size="sm" fw={500}>
                          {t('confusion.pair', { label: pair.label, predicted: pair.predicted })}
                        </Text>
                        <Badge color="gray" className="tw-number">
                          {pair.count}
                        </Badge>
                      </Group>
                      {pair.texts.slice(0, 3).map((text) => (
                        <Text key={text} size="xs" c="dimmed">
                          “{text}”
                        </Text>
                      ))}
                    </div>
                  </li>
                ))}
              </ul>
            )}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
            <section className={classes.scroll} tabIndex={0} aria-label={t('confusion.table')}>
              <Table stickyHeader>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('confusion.label')}</Table.Th>
                    <Table.Th ta="right">{t('confusion.recall')}</Table.Th>
                    <Table.Th ta="right">{t('confusion.precision')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {labels.map((row) => (
                    <Table.Tr key={row.label}>
                      <Table.Td>{row.label}</Table.Td>
                      <Table.Td ta="right" className="tw-number">
                        {formatPercent(row.recall)}
                      </Table.Td>
                      <Table.Td ta="right" className="tw-number">
                        {row.precision === null ? '–' : formatPercent(row.precision)}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </section>
          </>
        )}
      </Stack>
    </Card>
  );
}
