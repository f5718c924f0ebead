import {
  Alert,
  Badge,
  Button,
  Code,
  Drawer,
  Group,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatNumber, formatPercent, formatRelative } from '@/app/format';
import { IconAlertTriangle } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { type PropertyRule, SCHEMAS, type SchemaDetail, SOURCES, schemaQuery } from './queries';
import classes from './sources.module.css';
import { kindTitle } from './words';

function ruleWords(t: (key: string, values?: object) => string, rule: PropertyRule): string {
  return [
    rule.required && t('schema.required'),
    rule.types?.length ? rule.types.join(', ') : t('schema.anyType'),
    rule.allowed?.length ? rule.allowed.join(' | ') : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function Properties({ schema }: { schema: SchemaDetail }) {
  const { t } = useTranslation('sources');
  const rules = new Map(schema.rules.map((rule) => [rule.path, rule]));
  const unseen = schema.rules.filter((rule) => !schema.seen.some(({ path }) => path === rule.path));
  if (schema.seen.length + unseen.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('schema.noProperties')}
      </Text>
    );
  }
  return (
    <Stack component="ul" gap="sm" m={0} p={0}>
      {schema.seen.map((property) => {
        const rule = rules.get(property.path);
        return (
          <Stack component="li" key={property.path} gap={2} className={classes.rule}>
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Group gap={6} miw={0}>
                <Code className={classes.facts}>{property.path}</Code>
                {property.personal && <Badge color="gray">{t('schema.personal')}</Badge>}
              </Group>
              <Text size="xs" c="dimmed" className="tw-number" miw="max-content">
                {schema.events > 0 &&
                  t('schema.inShare', {
                    share: formatPercent(Math.min(1, property.events / schema.events)),
                  })}
              </Text>
            </Group>
            <Text size="xs">
              {Object.entries(property.types)
                .sort(([, one], [, other]) => other - one)
                .map(([type, count]) => `${type} ${formatNumber(count)}`)
                .join(' · ')}
            </Text>
            {rule && (
              <Text size="xs" c="dimmed">
                {t('schema.plannedAs', { rule: ruleWords(t as never, rule) })}
              </Text>
            )}
            {property.examples.length > 0 && (
              <Text size="xs" c="dimmed" className={classes.facts}>
                {t('schema.examples', { values: property.examples.map(String).join(', ') })}
              </Text>
            )}
          </Stack>
        );
      })}
      {unseen.map((rule) => (
        <Stack component="li" key={rule.path} gap={2} className={classes.rule}>
          <Group gap={6}>
            <Code className={classes.facts}>{rule.path}</Code>
            <Badge color="blue">{t('schema.notSeen')}</Badge>
          </Group>
          <Text size="xs" c="dimmed">
            {t('schema.plannedAs', { rule: ruleWords(t as never, rule) })}
          </Text>
        </Stack>
      ))}
    </Stack>
  );
}

function Broken({ schema }: { schema: SchemaDetail }) {
  const { t } = useTranslation('sources');
  if (schema.broken.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconAlertTriangle size={16} />}
      title={t('schema.brokenTitle', {
        count: schema.violations,
        shown: formatNumber(schema.violations),
      })}
    >
      <Table fz="sm" withRowBorders={false}>
        <Table.Tbody>
          {schema.broken.map((one) => (
            <Table.Tr key={`${one.code} ${one.property}`}>
              <Table.Td>
                {one.detail}
                <Text size="xs">
                  {t('schema.lastBroken', { when: formatRelative(one.last_seen_at) })}
                </Text>
              </Table.Td>
              <Table.Td ta="end" className="tw-number">
                {formatNumber(one.occurrences)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Alert>
  );
}

interface ActionsProps {
  schema: SchemaDetail;
  onEdit: (schema: SchemaDetail) => void;
  onDeleted: () => void;
}

function Actions({ schema, onEdit, onDeleted }: ActionsProps) {
  const { t } = useTranslation('sources');
  const act = async (what: () => Promise<unknown>, done: string) => {
    try {
      await what();
      toastSuccess(done);
    } catch (reason) {
      toastError(t('schema.notChanged'), reason);
    }
    await invalidatePaths(SOURCES, SCHEMAS);
  };
  const drop = async () => {
    const sure = await askConfirm({
      title: t('schema.dropTitle'),
      message: t('schema.dropText', { name: kindTitle(t, schema) }),
      confirm: t('schema.drop'),
    });
    if (sure)
      await act(
        () =>
          request('patch', `${SCHEMAS}/${schema.id}`, {
            body: { planned: false },
            version: schema.version,
          }),
        t('schema.dropped'),
      );
  };
  const forget = async () => {
    const sure = await askConfirm({
      title: t('schema.forgetTitle'),
      message: t('schema.forgetText', { name: kindTitle(t, schema) }),
      confirm: t('schema.forget'),
    });
    if (!sure) return;
    onDeleted();
    await act(
      () => request('delete', `${SCHEMAS}/${schema.id}`, { version: schema.version }),
      t('schema.forgotten'),
    );
  };
  return (
    <Group gap="xs">
      <Button onClick={() => onEdit(schema)}>
        {t(schema.planned ? 'schema.editPlan' : 'schema.planThis')}
      </Button>
      {schema.planned && (
        <Button variant="default" onClick={() => void drop()}>
          {t('schema.drop')}
        </Button>
      )}
      <Button variant="default" onClick={() => void forget()}>
        {t('schema.forget')}
      </Button>
    </Group>
  );
}

/** One kind of event: what broke its plan, and its properties. */
export function SchemaDrawer({
  id,
  mayWrite,
  onEdit,
  onClose,
}: {
  id: string | undefined;
  mayWrite: boolean;
  onEdit: (schema: SchemaDetail) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('sources');
  const { data, error, refetch } = useQuery({ ...schemaQuery(id ?? ''), enabled: Boolean(id) });
  return (
    <Drawer
      opened={Boolean(id)}
      onClose={onClose}
      position="right"
      size={560}
      title={
        <Text fw={600} className="tw-truncate">
          {data ? kindTitle(t, data) : t('schema.one')}
        </Text>
      }
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={10} />}
      {data && (
        <Stack gap="md">
          {data.description && <Text size="sm">{data.description}</Text>}
          <Text size="sm" c="dimmed">
            {data.first_seen_at && data.last_seen_at
              ? t('schema.span', {
                  count: data.events,
                  shown: formatNumber(data.events),
                  first: formatDate(data.first_seen_at),
                  last: formatRelative(data.last_seen_at),
                })
              : t('schema.never')}
          </Text>
          {mayWrite && <Actions schema={data} onEdit={onEdit} onDeleted={onClose} />}
          <Broken schema={data} />
          <Title order={3} size="sm">
            {t('schema.properties')}
          </Title>
          <Properties schema={data} />
        </Stack>
      )}
    </Drawer>
  );
}
