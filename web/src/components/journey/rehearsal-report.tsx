import { Alert, Badge, Group, List, Stack, Table, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatNumber } from '@/app/format';
import { LoadingLines } from '../page-states';
import { SettingsCard } from '../settings-card';
import { StatCard } from '../stat-card';
import classes from './journey.module.css';
import { VolumeChart } from './volume-chart';

export type Rehearsal = Schema<'RehearsalRead'>;
export type Report = NonNullable<Rehearsal['report']>;

const MICRO = 1_000_000;
const FATES = ['not_sent', 'deferred'] as const;
const COLOURS = { grave: 'red', warning: 'yellow', note: 'blue' } as const;

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, one) => total + one, 0);

interface RehearsalReportProps {
  rehearsal: Rehearsal;
  /** A way to the step that a finding is about. */
  showStep?: (node: string) => ReactNode;
}

function Findings({
  report,
  showStep,
}: { report: Report } & Pick<RehearsalReportProps, 'showStep'>) {
  const { t } = useTranslation('journeys');
  if (report.findings.length === 0) {
    return <Alert color="green">{t('rehearse.clean')}</Alert>;
  }
  return (
    <Stack gap="xs" component="ul" m={0} p={0}>
      {report.findings.map(({ code, severity, message, node }) => (
        <Alert
          key={`${code}${node}${message}`}
          component="li"
          color={COLOURS[severity]}
          style={{ listStyle: 'none' }}
          p="xs"
        >
          <Group justify="space-between" gap="xs">
            <Text size="sm" flex={1}>
              <Badge color={COLOURS[severity]} mr="xs">
                {t(`severity.${severity}`)}
              </Badge>
              {message}
            </Text>
            {node && showStep?.(node)}
          </Group>
        </Alert>
      ))}
    </Stack>
  );
}

function Steps({ report }: { report: Report }) {
  const { t } = useTranslation('journeys');
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('rehearse.step')}</Table.Th>
            <Table.Th ta="end">{t('rehearse.people')}</Table.Th>
            <Table.Th>{t('rehearse.ways')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {report.steps.map(({ node, name, kind, people, ports }) => (
            <Table.Tr key={node}>
              <Table.Td>{name || t(`kind.${kind as 'send'}`, { defaultValue: node })}</Table.Td>
              <Table.Td ta="end" className="tw-number">
                {formatNumber(people)}
              </Table.Td>
              <Table.Td>
                {Object.entries(ports).map(([port, count]) => (
                  <Fragment key={port}>
                    <Badge color="gray" mr={4}>
                      {port.length === 1
                        ? t('variant', { key: port.toUpperCase() })
                        : t(`port.${port as 'next'}`, { defaultValue: port })}
                      : {formatNumber(count)}
                    </Badge>
                  </Fragment>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const usd = (micro: number) => formatNumber(micro / MICRO, { style: 'currency', currency: 'USD' });

/** What messages cost and where that is known from, what limits hold up, and why best hours were taken. */
function Means({ report }: { report: Report }) {
  const { t } = useTranslation('journeys');
  const costs = report.costs ?? [];
  const holds = report.holds ?? [];
  const waits = (report.best_hours ?? []).filter(({ decided }) => sum(decided) > 0);
  if (costs.length + holds.length + waits.length === 0) return null;
  return (
    <SettingsCard title={t('rehearse.means')}>
      <List size="sm">
        {costs.map(({ channel, messages, cost_microusd, origin }) => (
          <List.Item key={channel}>
            {t(`rehearse.price.${origin}`, {
              channel: t(`channel.${channel as 'email'}`, { defaultValue: channel }),
              messages: formatNumber(messages),
              cost: usd(cost_microusd),
            })}
          </List.Item>
        ))}
        {holds.map(({ name, put_off, lost }) => (
          <List.Item key={name}>
            {t('rehearse.hold', { name, later: formatNumber(put_off), lost: formatNumber(lost) })}
          </List.Item>
        ))}
        {waits.map(({ node, name, decided }) => (
          <List.Item key={node}>
            {name}:{' '}
            {Object.entries(decided)
              .map(([code, people]) =>
                [t(`best.decided.${code as 'best_own'}`), formatNumber(people)].join(' '),
              )
              .join(', ')}
          </List.Item>
        ))}
      </List>
    </SettingsCard>
  );
}

/** What a rehearsal found: volume, what rules stop, findings, ways taken. Texts: load `journeys`. */
export function RehearsalReport({ rehearsal, showStep }: RehearsalReportProps) {
  const { t } = useTranslation('journeys');
  const { report } = rehearsal;
  if (rehearsal.state === 'running') return <LoadingLines lines={4} height={44} />;
  if (!report) return <Alert color="red">{rehearsal.error}</Alert>;
  const kept = FATES.flatMap((fate) =>
    Object.entries(report[fate]).map(([rule, count]) => ({ fate, rule, count })),
  );
  return (
    <Stack gap="md">
      {!rehearsal.fits_draft && <Alert color="yellow">{t('rehearse.outdated')}</Alert>}
      <div className={classes.report}>
        <StatCard label={t('rehearse.entered')} value={formatNumber(report.entered)} />
        <StatCard label={t('rehearse.messages')} value={formatNumber(sum(report.messages))} />
        <StatCard
          label={t('rehearse.stopped')}
          value={formatNumber(sum(report.not_sent))}
          hint={t('rehearse.deferred', { count: sum(report.deferred) })}
        />
        <StatCard label={t('rehearse.most')} value={formatNumber(report.most_messages_to_one)} />
        <StatCard label={t('rehearse.goal')} value={formatNumber(report.goal)} />
        <StatCard label={t('rehearse.cost')} value={usd(report.cost_microusd)} />
      </div>
      <Findings report={report} {...(showStep ? { showStep } : {})} />
      <VolumeChart report={report} />
      <Steps report={report} />
      <Means report={report} />
      {kept.length > 0 && (
        <SettingsCard title={t('rehearse.rules')}>
          <List size="sm">
            {kept.map(({ fate, rule, count }) => (
              <List.Item key={`${fate} ${rule}`}>
                {t(`rehearse.kept.${fate}`, {
                  rule: t(`rehearse.rule.${rule as 'cap'}`, { defaultValue: rule }),
                  count,
                })}
              </List.Item>
            ))}
          </List>
        </SettingsCard>
      )}
      <SettingsCard title={t('rehearse.assumptions')}>
        <List size="sm">
          {report.assumptions.map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      </SettingsCard>
    </Stack>
  );
}
