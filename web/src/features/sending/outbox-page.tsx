import { Alert, Card, Group, Select, SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconAlertTriangle, IconHelpCircle, IconSend } from '@/app/icons';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { MessageState } from '@/components/sending/message-state';
import { usePurposeName } from '@/components/sending/purpose-names';
import { ApprovalsCard } from './approvals-card';
import { MessageDrawer } from './message-drawer';
import { type Message, messagesQuery, type Overview, overviewQuery } from './queries';
import { NOT_SENT, type OutboxSearch, STATES } from './search';
import classes from './sending.module.css';

const route = getRouteApi('/_app/sending');
const MANY = 10_000;

const FIGURES = [
  { key: 'waiting', state: 'scheduled' },
  { key: 'held', state: 'held' },
  { key: 'unknown', state: 'unknown' },
  { key: 'sent_today', state: 'sent' },
  { key: 'not_sent_week', state: 'not_sent' },
] as const;

function Figures({ overview, state }: { overview: Overview | undefined; state?: string }) {
  const { t } = useTranslation('sending');
  const navigate = route.useNavigate();
  return (
    <SimpleGrid cols={{ base: 2, sm: 5 }} spacing="sm">
      {FIGURES.map(({ key, state: own }) => {
        const value = overview?.[key];
        const pressed = state === own;
        return (
          <UnstyledButton
            key={key}
            className={classes.figure}
            aria-pressed={pressed}
            onClick={() =>
              void navigate({
                search: (old) => ({ ...old, state: pressed ? undefined : own, cursor: undefined }),
              })
            }
          >
            <Text size="xs" c="dimmed">
              {t(`figure.${key}`)}
            </Text>
            <Text size="xl" fw={600} className="tw-number">
              {value === undefined ? '–' : `${formatNumber(value)}${value >= MANY ? '+' : ''}`}
            </Text>
          </UnstyledButton>
        );
      })}
    </SimpleGrid>
  );
}

function Alerts({ overview }: { overview: Overview }) {
  const { t } = useTranslation('sending');
  return (
    <>
      {overview.stops > 0 && (
        <Alert color="red" icon={<IconAlertTriangle size={16} />} title={t('stopped.title')}>
          <Group justify="space-between">
            <Text size="sm">{t('stopped.text', { count: overview.stops })}</Text>
            <LinkAnchor to="/settings/guardrails" size="sm">
              {t('stopped.open')}
            </LinkAnchor>
          </Group>
        </Alert>
      )}
      {overview.unknown > 0 && (
        <Alert color="orange" icon={<IconHelpCircle size={16} />} title={t('unknown.title')}>
          <Group justify="space-between" align="flex-start">
            <Text size="sm" className={classes.main}>
              {t('unknown.text', { count: overview.unknown })}
            </Text>
            <LinkAnchor to="/sending" search={{ state: 'unknown' } as never} size="sm">
              {t('unknown.open')}
            </LinkAnchor>
          </Group>
        </Alert>
      )}
    </>
  );
}

function MessageCard({ message }: { message: Message }) {
  return (
    <Card padding="sm">
      <Group justify="space-between" wrap="nowrap">
        <LinkAnchor
          c="inherit"
          fw={500}
          className="tw-truncate"
          to="/sending"
          search={((old: OutboxSearch) => ({ ...old, message: message.id })) as never}
        >
          {message.address ?? '–'}
        </LinkAnchor>
        <MessageState state={message.state} />
      </Group>
      <Text size="xs" c="dimmed">
        {formatDateTime(message.sent_at ?? message.not_before)}
      </Text>
      {message.reason && <Text size="xs">{message.reason}</Text>}
    </Card>
  );
}

/** Everything that is to leave, left, or did not, and why. */
export function OutboxPage() {
  const { t } = useTranslation('sending');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: overview } = useQuery(overviewQuery());
  const purposeName = usePurposeName();
  const { data, error, refetch, isPlaceholderData } = useQuery(messagesQuery(search));
  const columns = useMemo<DataColumn<Message>[]>(
    () => [
      {
        id: 'to',
        header: t('message.to'),
        cell: (row) => row.address ?? '–',
        size: 230,
        hideable: false,
      },
      {
        id: 'state',
        header: t('message.state'),
        cell: (row) => <MessageState state={row.state} />,
        size: 130,
      },
      {
        id: 'when',
        header: t('message.when'),
        cell: (row) => formatDateTime(row.sent_at ?? row.finished_at ?? row.not_before),
        size: 160,
      },
      { id: 'reason', header: t('message.reason'), cell: (row) => row.reason ?? '', size: 360 },
      {
        id: 'channel',
        header: t('message.channel'),
        cell: (row) => t(`channel.${row.channel}`, { defaultValue: row.channel }),
        size: 100,
      },
      {
        id: 'purpose',
        header: t('message.purpose'),
        cell: (row) => purposeName(row.purpose),
        size: 170,
      },
    ],
    [t, purposeName],
  );
  const filter = (changed: Partial<OutboxSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...changed, cursor: undefined }), replace: true });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const filtered = search.state || search.channel || search.campaign || search.journey;
  return (
    <Page layout="wide">
      <PageHeader title={t('outbox')} description={t('outboxText')} />
      <Figures overview={overview} {...(search.state ? { state: search.state } : {})} />
      {overview && <Alerts overview={overview} />}
      <ApprovalsCard />
      <Group gap="sm">
        <Select
          aria-label={t('message.state')}
          placeholder={t('anyState')}
          clearable
          clearButtonProps={{ 'aria-label': t('clearState') }}
          w={{ base: '100%', sm: 180 }}
          data={[...STATES, NOT_SENT].map((value) => ({ value, label: t(`state.${value}`) }))}
          value={search.state ?? null}
          onChange={(state) => filter({ state: (state as OutboxSearch['state']) ?? undefined })}
        />
        <Select
          aria-label={t('message.channel')}
          placeholder={t('anyChannel')}
          clearable
          clearButtonProps={{ 'aria-label': t('clearChannel') }}
          w={{ base: '100%', sm: 180 }}
          data={(overview?.channels ?? []).map((value) => ({
            value,
            label: t(`channel.${value}`, { defaultValue: value }),
          }))}
          value={search.channel ?? null}
          onChange={(channel) => filter({ channel: channel ?? undefined })}
        />
      </Group>
      <DataTable
        label={t('outbox')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => row.address ?? row.id}
        refreshing={isPlaceholderData}
        card={(row) => <MessageCard message={row} />}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => void navigate({ search: (old) => ({ ...old, message: row.id }) })}
        paging={{
          size: 50,
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
        }}
        empty={
          filtered ? (
            <FilteredEmptyState
              title={t('noMatch')}
              onClear={() =>
                filter({
                  state: undefined,
                  channel: undefined,
                  campaign: undefined,
                  journey: undefined,
                })
              }
            />
          ) : (
            <EmptyState icon={IconSend} title={t('empty')} compact>
              {t('emptyText')}
            </EmptyState>
          )
        }
      />
      <MessageDrawer
        id={search.message}
        onClose={() => void navigate({ search: (old) => ({ ...old, message: undefined }) })}
      />
    </Page>
  );
}
