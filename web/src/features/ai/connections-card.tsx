import { Badge, Button, Card, Group, Menu, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatNumber, formatRelative } from '@/app/format';
import {
  IconCircleCheck,
  IconCircleX,
  IconDotsVertical,
  IconPencil,
  IconSparkles,
  IconTrash,
} from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './ai.module.css';
import { MenuButton } from './menu-button';
import { type Connection, changeAi, type Provider } from './queries';

interface ConnectionsCardProps {
  connections: readonly Connection[];
  providers: readonly Provider[];
  mayWrite: boolean;
  onEdit: (id: string) => void;
}

type TestRead = Schema<'ConnectionTestRead'>;

function TestResult({ test }: { test: TestRead }) {
  const { t } = useTranslation('ai');
  const Icon = test.ok ? IconCircleCheck : IconCircleX;
  return (
    <Group gap={6} wrap="nowrap" align="flex-start" role="status">
      <Icon size={16} className={test.ok ? classes.good : classes.bad} aria-hidden />
      <Text size="sm" className={classes.breakable}>
        {test.ok && test.model
          ? t('test.ok', { model: test.model, ms: formatNumber(test.latency_ms ?? 0) })
          : test.detail}
        <Text span size="xs" c="dimmed">
          {` · ${formatRelative(test.tested_at)}`}
        </Text>
      </Text>
    </Group>
  );
}

function ConnectionItem({
  connection,
  mayWrite,
  onEdit,
}: {
  connection: Connection;
  mayWrite: boolean;
  onEdit: () => void;
}) {
  const { t } = useTranslation('ai');
  const [testing, setTesting] = useState(false);
  const [result, setResult] = useState<TestRead>();
  const name = connection.label;
  const shown = result ?? connection.last_test;
  const canTest = connection.capabilities.includes('text');
  const test = async () => {
    setTesting(true);
    try {
      setResult(await changeAi('post', `/connections/${connection.id}/tests`, { body: {} }));
    } catch (reason) {
      toastError(t('test.failed', { name }), reason);
    }
    setTesting(false);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('remove.title'),
      message: t('remove.text', { name, count: connection.models }),
      confirm: t('remove.confirm'),
    });
    if (!sure) return;
    try {
      await changeAi('delete', `/connections/${connection.id}`, { version: connection.version });
      toastSuccess(t('remove.done', { name }));
    } catch (reason) {
      toastError(t('remove.failed', { name }), reason);
    }
  };
  return (
    <Card component="li" className={classes.connection}>
      <Stack gap="xs" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div className={classes.grow}>
            <Title order={3} fz="sm" className="tw-truncate" title={name}>
              {name}
            </Title>
            <Text size="xs" c="dimmed">
              {[
                connection.provider_label !== name && connection.provider_label,
                connection.has_key && t('keyEnds', { hint: connection.key_hint }),
                t('modelCount', { count: connection.models }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </div>
          {mayWrite && (
            <MenuButton label={t('more', { name })} icon={<IconDotsVertical size={16} />}>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
                {t('edit')}
              </Menu.Item>
              <Menu.Item
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => void remove()}
              >
                {t('remove.confirm')}
              </Menu.Item>
            </MenuButton>
          )}
        </Group>
        <Group gap={4}>
          {!connection.enabled && <Badge color="gray">{t('off')}</Badge>}
          {connection.resting && <Badge color="yellow">{t('resting')}</Badge>}
          {connection.capabilities.map((capability) => (
            <Badge key={capability} color="gray">
              {t(`capability.${capability}`)}
            </Badge>
          ))}
        </Group>
        {shown ? (
          <TestResult test={shown} />
        ) : (
          canTest && (
            <Text size="sm" c="dimmed">
              {t('test.never')}
            </Text>
          )
        )}
        {mayWrite && canTest && (
          <Group mt="auto">
            <Button
              variant="default"
              size="xs"
              loading={testing}
              aria-label={t('test.named', { name })}
              onClick={() => void test()}
            >
              {t('test.run')}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

/** The providers that are connected, each with how its last test went. */
export function ConnectionsCard({ connections, mayWrite, onEdit }: ConnectionsCardProps) {
  const { t } = useTranslation('ai');
  if (connections.length === 0) {
    return (
      <Card>
        <EmptyState icon={IconSparkles} title={t('empty.title')} compact>
          {t(mayWrite ? 'empty.text' : 'empty.readOnly')}
        </EmptyState>
      </Card>
    );
  }
  return (
    <Stack component="section" gap="sm" aria-label={t('connections')}>
      <Title order={2} size="h3">
        {t('connections')}
      </Title>
      <SimpleGrid component="ul" cols={{ base: 1, sm: 2 }} spacing="md" className={classes.list}>
        {connections.map((connection) => (
          <ConnectionItem
            key={connection.id}
            connection={connection}
            mayWrite={mayWrite}
            onEdit={() => onEdit(connection.id)}
          />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
