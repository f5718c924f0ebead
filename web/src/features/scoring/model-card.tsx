import { Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent, formatRelative } from '@/app/format';
import type { ModelDetail } from './queries';
import classes from './scoring.module.css';
import { StatusBadge } from './status-badge';

const text = (value: unknown) => (value === undefined || value === null ? '–' : String(value));
const decimals = (value: number, digits: number) =>
  formatNumber(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

function Measures({ model }: { model: ModelDetail }) {
  const { t } = useTranslation('scoring');
  const { metrics } = model;
  const facts = [
    { label: t('model.auc'), value: decimals(metrics.auc, 3), hint: t('model.aucText') },
    {
      label: t('model.accuracy'),
      value: formatPercent(metrics.accuracy, 1),
      hint: t('model.accuracyText'),
    },
    {
      label: t('model.top'),
      value: formatPercent(metrics.precision_at_20, 1),
      hint: t('model.topText', { rate: formatPercent(metrics.base_rate, 1) }),
    },
    { label: t('model.ece'), value: formatPercent(metrics.ece, 1), hint: t('model.eceText') },
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(({ label, value, hint }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <span className={`${classes.value} tw-number`}>{value}</span>
            <Text size="xs" c="dimmed">
              {hint}
            </Text>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Nobody got into the band, so there is no share of winners in it. */
const isEmpty = (cut: ModelDetail['metrics']['hot']) =>
  cut.recall === 0 && cut.false_positive_rate === 0;

function Cuts({ model }: { model: ModelDetail }) {
  const { t } = useTranslation('scoring');
  const columns = [
    ['precision', 'precision'],
    ['recall', 'recall'],
    ['falseAlarms', 'false_positive_rate'],
    ['right', 'accuracy'],
  ] as const;
  return (
    <Stack gap={4}>
      <Title order={3} size="sm" id="scoring-cuts">
        {t('model.cuts')}
      </Title>
      <Text size="xs" c="dimmed">
        {t('model.cutsText')}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-labelledby="scoring-cuts">
        <Table fz="sm" miw={440}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('model.cut')}</Table.Th>
              {columns.map(([label]) => (
                <Table.Th key={label} scope="col" ta="end">
                  {t(`model.${label}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {(['hot', 'qualified'] as const).map((cut) => (
              <Table.Tr key={cut}>
                <Table.Th scope="row" fw={500}>
                  {t(`model.${cut}`)}
                </Table.Th>
                {columns.map(([label, key]) => (
                  <Table.Td key={label} ta="end" className="tw-number">
                    {key === 'precision' && isEmpty(model.metrics[cut])
                      ? '–'
                      : formatPercent(model.metrics[cut][key], 1)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Stack>
  );
}

function Technical({ model }: { model: ModelDetail }) {
  const { t } = useTranslation('scoring');
  const pairs = [
    [t('model.algorithm'), model.algorithm],
    [
      t('model.rounds'),
      t('model.roundsText', { rounds: formatNumber(model.rounds), seeds: model.seeds }),
    ],
    [t('model.calibrated'), text(model.calibration.kind)],
    [t('model.brier'), decimals(model.metrics.brier, 4)],
    [t('model.logLoss'), decimals(model.metrics.log_loss, 4)],
    [t('model.use'), model.intended_use],
  ];
  return (
    <Stack gap={4}>
      <Title order={3} size="sm">
        {t('model.technical')}
      </Title>
      <dl className={classes.pairs}>
        {pairs.map(([label, value]) => (
          <div key={label} className={classes.pair}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Stack>
  );
}

/** How a version was made and how well it does on leads it had not seen. */
export function ModelCard({ model }: { model: ModelDetail }) {
  const { t } = useTranslation('scoring');
  const { split } = model;
  return (
    <Card component="section" aria-labelledby="scoring-model">
      <Stack gap="md">
        <div>
          <Group gap="xs">
            <Title order={2} size="h3" id="scoring-model">
              {t('model.title', { version: model.version })}
            </Title>
            <StatusBadge status={model.status} />
          </Group>
          <Text size="sm" c="dimmed">
            {t('model.trained', {
              when: formatRelative(model.trained_at),
              who: model.trained_by,
              rows: formatNumber(model.rows),
              positives: formatNumber(model.positives),
            })}
          </Text>
          <Text size="sm" c="dimmed">
            {t('model.tested', {
              train: formatNumber(Number(split.train_rows)),
              test: formatNumber(Number(split.test_rows)),
              kind: text(split.kind),
              order: text(split.ordered_by),
            })}
          </Text>
          {model.status_reason && <Text size="sm">{model.status_reason}</Text>}
        </div>
        <Measures model={model} />
        <Cuts model={model} />
        <Technical model={model} />
      </Stack>
    </Card>
  );
}
