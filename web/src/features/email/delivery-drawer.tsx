import { Drawer, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { usePurposeName } from '@/components/sending/purpose-names';
import { DeliveryOrigin } from './delivery-origin';
import { DeliveryState } from './delivery-state';
import classes from './email.module.css';
import { adaptersQuery, type DeliveryDetail, deliveryQuery } from './queries';

function Facts({ mail }: { mail: DeliveryDetail }) {
  const { t } = useTranslation('email');
  const purposeName = usePurposeName();
  const { data: adapters } = useQuery(adaptersQuery());
  const known: [string, string | null][] = [
    [t('delivery.to'), mail.address ?? t('delivery.gone')],
    [t('delivery.subject'), mail.subject],
    [t('delivery.sender'), mail.sender_address],
    [t('delivery.purpose'), purposeName(mail.purpose)],
    [
      t('delivery.provider'),
      adapters?.find(({ id }) => id === mail.provider)?.label ?? mail.provider,
    ],
    [t('delivery.providerId'), mail.provider_message_id],
    [t('delivery.begun'), formatDateTime(mail.created_at)],
    [t('delivery.settled'), mail.settled_at && formatDateTime(mail.settled_at)],
    [t('delivery.code'), mail.code],
    [t('delivery.answer'), mail.reason],
  ];
  return (
    <Table fz="sm" layout="fixed">
      <Table.Tbody>
        {known
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={130}>
                {name}
              </Table.Th>
              <Table.Td className={classes.words}>{value}</Table.Td>
            </Table.Tr>
          ))}
        <DeliveryOrigin mail={mail} />
      </Table.Tbody>
    </Table>
  );
}

function Told({ mail }: { mail: DeliveryDetail }) {
  const { t } = useTranslation('email');
  return (
    <Stack gap="xs" component="section">
      <Text fw={600} size="sm">
        {t('delivery.told')}
      </Text>
      {mail.facts.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('delivery.nothingTold')}
        </Text>
      )}
      {mail.facts.map((fact) => (
        <div key={`${fact.at} ${fact.kind} ${fact.source}`}>
          <Text size="sm" fw={500}>
            {t(`delivery.fact.${fact.kind}`, { defaultValue: fact.kind })}
            {fact.code && ` · ${fact.code}`}
          </Text>
          {fact.reason && (
            <Text size="sm" className={classes.words}>
              {fact.reason}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {formatDateTime(fact.at)} ·{' '}
            {t(`delivery.source.${fact.source}`, { defaultValue: fact.source })}
          </Text>
        </div>
      ))}
    </Stack>
  );
}

/** One mail: where it went, and all that was said of it. */
export function DeliveryDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation('email');
  const maySeeOutbox = useMay('sending:read');
  const maySeeLeads = useMay('leads:read');
  const { data, error, refetch } = useQuery({ ...deliveryQuery(id ?? ''), enabled: Boolean(id) });
  return (
    <Drawer
      opened={Boolean(id)}
      onClose={onClose}
      size={520}
      title={<Text fw={600}>{t('delivery.title')}</Text>}
      closeButtonProps={{ 'aria-label': t('delivery.close') }}
    >
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={8} />}
      {data && (
        <Stack gap="md">
          <Group justify="space-between">
            <DeliveryState delivery={data} />
            <Group gap="md">
              {data.person_id && maySeeLeads && (
                <LinkAnchor to={`/leads/${data.person_id}` as never} size="sm">
                  {t('delivery.person')}
                </LinkAnchor>
              )}
              {maySeeOutbox && (
                <LinkAnchor to="/sending" search={{ message: data.id } as never} size="sm">
                  {t('delivery.why')}
                </LinkAnchor>
              )}
            </Group>
          </Group>
          <Facts mail={data} />
          <Told mail={data} />
        </Stack>
      )}
    </Drawer>
  );
}
