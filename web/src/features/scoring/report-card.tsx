import { Card, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import type { ModelDetail } from './queries';
import classes from './scoring.module.css';

type Report = Required<ModelDetail['report']>;

function Lift({ lift }: { lift: Report['lift'] }) {
  const { t } = useTranslation('scoring');
  return (
    <section
      className={classes.scroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
      tabIndex={0}
      aria-label={t('report.lift')}
    >
      <Table fz="sm" miw={400}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('report.tenth')}</Table.Th>
            <Table.Th scope="col" ta="end">
              {t('report.rate')}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t('report.times')}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t('report.found')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tw-number">
          {lift.map((row) => (
            <Table.Tr key={row.tenth}>
              <Table.Th scope="row" fw={400}>
                {t('report.best', { from: row.tenth * 10 - 10, to: row.tenth * 10 })}
              </Table.Th>
              <Table.Td ta="end">{formatPercent(row.rate)}</Table.Td>
              <Table.Td ta="end">
                {t('report.factor', {
                  factor: formatNumber(row.lift, { maximumFractionDigits: 1 }),
                })}
              </Table.Td>
              <Table.Td ta="end">{formatPercent(row.found)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Groups({ part }: { part: Report['groups'][number] }) {
  const { t } = useTranslation('scoring');
  const field = t(`report.by.${part.field}`);
  if (part.groups.length === 0) return null;
  return (
    <section
      className={classes.scroll}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
      tabIndex={0}
      aria-label={t('report.groupsBy', { field })}
    >
      <Table fz="sm" miw={560}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{field}</Table.Th>
            <Table.Th scope="col" ta="end">
              {t('report.leads')}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t('report.forecast')}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t('report.observed')}
            </Table.Th>
            <Table.Th scope="col" ta="end">
              {t('report.falseHot')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tw-number">
          {part.groups.map((group) => (
            <Table.Tr key={group.value}>
              <Table.Th scope="row" fw={400}>
                {group.value || t('report.unknown')}
              </Table.Th>
              <Table.Td ta="end">{formatNumber(group.rows)}</Table.Td>
              <Table.Td ta="end" fw={group.fits ? undefined : 600}>
                {formatPercent(group.forecast)}
                {!group.fits && ` ${t('report.off')}`}
              </Table.Td>
              <Table.Td ta="end">
                {formatPercent(group.observed)}{' '}
                <Text span size="xs" c="dimmed">
                  {t('report.between', {
                    low: formatPercent(group.observed_low),
                    high: formatPercent(group.observed_high),
                  })}
                </Text>
              </Table.Td>
              <Table.Td ta="end">
                {formatPercent(group.false_positive_rate, 1)}{' '}
                <Text span size="xs" c="dimmed">
                  {t('report.between', {
                    low: formatPercent(group.false_positive_low),
                    high: formatPercent(group.false_positive_high),
                  })}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** The rest of the model card: what ordering by score is worth, and whether groups of leads are judged alike. */
export function ReportCard({ model }: { model: ModelDetail }) {
  const { t } = useTranslation('scoring');
  const report = model.report as Report;
  if (report.lift.length === 0) return null;
  return (
    <Card component="section" aria-labelledby="scoring-report">
      <Stack gap="md">
        <Title order={2} size="h3" id="scoring-report">
          {t('report.title')}
        </Title>
        <div>
          <Title order={3} size="sm">
            {t('report.lift')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('report.liftText')}
          </Text>
        </div>
        <Lift lift={report.lift} />
        <div>
          <Title order={3} size="sm">
            {t('report.confusion')}
          </Title>
          {report.confusion.map((row) => (
            <Text key={row.cut} size="sm">
              {t('report.confusionRow', {
                cut: t(row.cut === 'hot' ? 'model.hot' : 'model.qualified'),
                rightHot: formatNumber(row.true_positives),
                wrongHot: formatNumber(row.false_positives),
                missed: formatNumber(row.false_negatives),
                rightCold: formatNumber(row.true_negatives),
              })}
            </Text>
          ))}
        </div>
        <div>
          <Title order={3} size="sm">
            {t('report.groups')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('report.groupsText')}
          </Text>
        </div>
        {report.groups.map((part) => (
          <Groups key={part.field} part={part} />
        ))}
      </Stack>
    </Card>
  );
}
