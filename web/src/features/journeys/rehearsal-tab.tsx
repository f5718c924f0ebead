import {
  Alert,
  Badge,
  Button,
  Group,
  List,
  NumberInput,
  Select,
  Stack,
  Table,
  Text,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatNumber } from '@/app/format';
import { ApiForm } from '@/components/api-form';
import { LinkButton } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { StatCard } from '@/components/stat-card';
import classes from './builder.module.css';
import type { TabProps } from './journey-page';
import { JOURNEYS, type Rehearsal, type Report, rehearsalsQuery } from './queries';
import { VolumeChart } from './volume-chart';

const route = getRouteApi('/_app/journeys/$journeyId');
const MICRO = 1_000_000;
const COLOURS = { grave: 'red', warning: 'yellow', note: 'blue' } as const;

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, one) => total + one, 0);

function Start({ journey, draft }: Pick<TabProps, 'journey' | 'draft'>) {
  const { t } = useTranslation('journeys');
  const form = useForm({ initialValues: { mode: 'simulate', days: 90 } });
  return (
    <SettingsCard title={t('rehearse.title')} description={t('rehearse.text')}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          await draft.flush();
          await request('post', `${JOURNEYS}/${journey.id}/rehearsals`, { body: values });
          await invalidatePaths(JOURNEYS);
        }}
      >
        {({ submitting }) => (
          <Group align="flex-end" gap="md">
            <Select
              label={t('rehearse.mode')}
              w={320}
              maw="100%"
              data={(['simulate', 'replay'] as const).map((value) => ({
                value,
                label: t(`rehearse.modes.${value}`),
              }))}
              {...form.getInputProps('mode')}
            />
            <NumberInput
              label={t('rehearse.days')}
              w={120}
              min={1}
              max={180}
              allowDecimal={false}
              {...form.getInputProps('days')}
            />
            <Button type="submit" variant="default" loading={submitting}>
              {t('rehearse.do')}
            </Button>
          </Group>
        )}
      </ApiForm>
    </SettingsCard>
  );
}

function Findings({ report }: { report: Report }) {
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
            {node && (
              <LinkButton size="xs" variant="default" to="." search={{ step: node } as never}>
                {t('rehearse.show')}
              </LinkButton>
            )}
          </Group>
        </Alert>
      ))}
    </Stack>
  );
}

function Steps({ report, draft }: { report: Report; draft: TabProps['draft'] }) {
  const { t } = useTranslation('journeys');
  const kinds = new Map(draft.value.nodes.map(({ id, kind }) => [id, kind]));
  const nameOf = (node: string, name: string) => {
    const kind = kinds.get(node);
    return name || (kind ? t(`kind.${kind}`) : node);
  };
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
          {report.steps.map(({ node, name, people, ports }) => (
            <Table.Tr key={node}>
              <Table.Td>{nameOf(node, name)}</Table.Td>
              <Table.Td ta="end" className="tw-number">
                {formatNumber(people)}
              </Table.Td>
              <Table.Td>
                {Object.entries(ports).map(([port, count]) => (
                  <Fragment key={port}>
                    <Badge color="gray" mr={4}>
                      {t(`port.${port as 'next'}`, { defaultValue: port })}: {formatNumber(count)}
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

function Outcome({ rehearsal, draft }: { rehearsal: Rehearsal; draft: TabProps['draft'] }) {
  const { t } = useTranslation('journeys');
  const { report } = rehearsal;
  if (rehearsal.state === 'running') return <LoadingLines lines={4} height={44} />;
  if (!report) return <Alert color="red">{rehearsal.error}</Alert>;
  const kept = [...Object.entries(report.not_sent), ...Object.entries(report.deferred)];
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
        <StatCard
          label={t('rehearse.cost')}
          value={formatNumber(report.cost_microusd / MICRO, { style: 'currency', currency: 'USD' })}
        />
      </div>
      <Findings report={report} />
      <VolumeChart report={report} />
      <Steps report={report} draft={draft} />
      {kept.length > 0 && (
        <SettingsCard title={t('rehearse.rules')}>
          <List size="sm">
            {kept.map(([rule, count]) => (
              <List.Item key={rule}>
                {t('rehearse.rule', { rule: rule.replaceAll('_', ' '), count })}
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

/** The journey played through before anybody gets a message. */
export function RehearsalTab({ journey, draft, readOnly }: TabProps) {
  const { t } = useTranslation('journeys');
  const { person } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(rehearsalsQuery(journey.id));
  const shown = data?.find(({ id }) => id === person) ?? data?.[0];
  return (
    <Stack gap="md">
      {!readOnly && <Start journey={journey} draft={draft} />}
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={4} height={44} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('rehearse.none')}
        </Text>
      )}
      {data && shown && (
        <>
          <Group gap="xs">
            {shown.passed !== null && (
              <Badge color={shown.passed ? 'green' : 'red'}>
                {t(shown.passed ? 'rehearse.passed' : 'rehearse.notPassed')}
              </Badge>
            )}
            {data.length > 1 ? (
              <Select
                aria-label={t('rehearse.which')}
                w={320}
                maw="100%"
                data={data.map((one) => ({
                  value: one.id,
                  label: `${formatDateTime(one.created_at)} · ${t(`rehearse.modes.${one.mode}`)}`,
                }))}
                value={shown.id}
                onChange={(id) =>
                  void navigate({ search: { tab: 'rehearsal', person: id ?? undefined } })
                }
              />
            ) : (
              <Text size="sm" c="dimmed">
                {formatDateTime(shown.created_at)}
              </Text>
            )}
          </Group>
          <Outcome rehearsal={shown} draft={draft} />
        </>
      )}
    </Stack>
  );
}
