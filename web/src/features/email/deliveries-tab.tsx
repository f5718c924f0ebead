import { Button, Card, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { IconFilterOff, IconSend } from '@/app/icons';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { LinkAnchor } from '@/components/link-anchor';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { DeliveryDrawer } from './delivery-drawer';
import { DeliveryState } from './delivery-state';
import classes from './email.module.css';
import { type Delivery, deliveriesQuery, sendersQuery } from './queries';
import { type EmailSearch, STATES, TROUBLE } from './search';

const route = getRouteApi('/_app/settings/email');

/** What the other side said: its code and its words. */
const answerOf = ({ code, reason }: Pick<Delivery, 'code' | 'reason'>) =>
  (reason.includes(code) ? [reason] : [code, reason]).filter(Boolean).join(' · ');

function MailCard({ row, sender }: { row: Delivery; sender: string | undefined }) {
  const { t } = useTranslation('email');
  return (
    <Card padding="sm">
      <Group justify="space-between" wrap="nowrap">
        <LinkAnchor
          c="inherit"
          fw={500}
          className="tw-truncate"
          to="/settings/email"
          search={((old: EmailSearch) => ({ ...old, mail: row.id })) as never}
        >
          {row.address ?? t('delivery.gone')}
        </LinkAnchor>
        <DeliveryState delivery={row} />
      </Group>
      <Text size="sm" className={classes.words}>
        {row.subject}
      </Text>
      <Text size="xs" c="dimmed" className={classes.words}>
        {[sender, formatDateTime(row.created_at)].filter(Boolean).join(' · ')}
      </Text>
      {answerOf(row) && (
        <Text size="xs" className={classes.words}>
          {answerOf(row)}
        </Text>
      )}
    </Card>
  );
}

/** Mails that left or were about to, and what providers and mailboxes said of them. */
export function DeliveriesTab() {
  const { t } = useTranslation('email');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: senders } = useQuery(sendersQuery());
  const { data, error, refetch, isPlaceholderData } = useQuery(deliveriesQuery(search));
  const [typed, setTyped] = useState(search.domain ?? '');
  const filter = (changed: Partial<EmailSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...changed, cursor: undefined }), replace: true });
  const find = useDebouncedCallback((text: string) => {
    const domain = text.trim().replace(/^.*@/, '').toLowerCase();
    filter({ domain: domain.length > 2 ? domain : undefined });
  }, 300);
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const names = useMemo(
    () => new Map(senders?.map(({ id, address }) => [id, address] as const)),
    [senders],
  );
  const columns = useMemo<DataColumn<Delivery>[]>(
    () => [
      {
        id: 'to',
        header: t('delivery.to'),
        cell: (row) => row.address ?? t('delivery.gone'),
        size: 230,
        hideable: false,
      },
      {
        id: 'state',
        header: t('delivery.stateHead'),
        cell: (row) => <DeliveryState delivery={row} />,
        size: 160,
      },
      { id: 'subject', header: t('delivery.subject'), cell: (row) => row.subject, size: 240 },
      {
        id: 'sender',
        header: t('delivery.sender'),
        cell: (row) => names.get(row.sender_id ?? '') ?? t('delivery.noSender'),
        size: 200,
      },
      {
        id: 'when',
        header: t('delivery.when'),
        cell: (row) => formatDateTime(row.created_at),
        size: 160,
      },
      { id: 'answer', header: t('delivery.answer'), cell: answerOf, size: 320 },
    ],
    [t, names],
  );
  const filtered = search.state || search.sender || search.domain;
  const clear = () => {
    setTyped('');
    filter({ state: undefined, sender: undefined, domain: undefined });
  };
  return (
    <>
      <Group gap="sm">
        <Select
          aria-label={t('delivery.stateHead')}
          placeholder={t('delivery.anyState')}
          clearable
          clearButtonProps={{ 'aria-label': t('delivery.clearState') }}
          w={{ base: '100%', sm: 180 }}
          data={[TROUBLE, ...STATES].map((value) => ({
            value,
            label: t(`delivery.state.${value}`),
          }))}
          value={search.state ?? null}
          onChange={(state) => filter({ state: (state as EmailSearch['state']) ?? undefined })}
        />
        <Select
          aria-label={t('delivery.sender')}
          placeholder={t('delivery.anySender')}
          clearable
          clearButtonProps={{ 'aria-label': t('delivery.clearSender') }}
          w={{ base: '100%', sm: 240 }}
          data={senders?.map(({ id, address }) => ({ value: id, label: address })) ?? []}
          value={search.sender ?? null}
          onChange={(sender) => filter({ sender: sender ?? undefined })}
        />
        <TextInput
          aria-label={t('delivery.domain')}
          placeholder={t('delivery.domain')}
          w={{ base: '100%', sm: 220 }}
          maxLength={253}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            find(event.currentTarget.value);
          }}
        />
        {filtered && (
          <Button variant="subtle" leftSection={<IconFilterOff size={16} />} onClick={clear}>
            {t('delivery.clear')}
          </Button>
        )}
      </Group>
      <DataTable
        label={t('tab.deliveries')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => row.address ?? row.domain}
        refreshing={isPlaceholderData}
        card={(row) => <MailCard row={row} sender={names.get(row.sender_id ?? '')} />}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => void navigate({ search: (old) => ({ ...old, mail: row.id }) })}
        paging={{
          size: 25,
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
        }}
        empty={
          filtered ? (
            <FilteredEmptyState title={t('delivery.noMatch')} onClear={clear} />
          ) : (
            <EmptyState icon={IconSend} title={t('delivery.empty')} compact>
              {t('delivery.emptyText')}
            </EmptyState>
          )
        }
      />
      <DeliveryDrawer
        id={search.mail}
        onClose={() => void navigate({ search: (old) => ({ ...old, mail: undefined }) })}
      />
    </>
  );
}
