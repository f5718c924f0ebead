import { ActionIcon, Autocomplete, Button, Group, Select, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { IconCoin, IconTrash } from '@/app/icons';
import { EmptyState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './ai.module.css';
import { PriceDialog } from './price-dialog';
import {
  AI,
  type Capability,
  type Connection,
  changeAi,
  type Model,
  type Provider,
} from './queries';

interface ModelsCardProps {
  models: readonly Model[];
  connections: readonly Connection[];
  providers: readonly Provider[];
  mayWrite: boolean;
}

/** Names the provider itself offers to this key; asked for only while somebody is choosing. */
const offeredQuery = (connectionId: string, wanted: boolean) => ({
  ...apiQuery<Schema<'OfferedModelsRead'>>(`${AI}/connections/${connectionId}/offered-models`),
  enabled: wanted && connectionId !== '',
  staleTime: 300_000,
  retry: false,
});

function AddModel({ connections, providers }: Pick<ModelsCardProps, 'connections' | 'providers'>) {
  const { t } = useTranslation('ai');
  const [connectionId, setConnectionId] = useState(connections[0]?.id ?? '');
  const connection = connections.find(({ id }) => id === connectionId) ?? connections[0];
  const [capability, setCapability] = useState<Capability>('text');
  const [name, setName] = useState('');
  const [asked, setAsked] = useState(false);
  const [saving, setSaving] = useState(false);
  const offered = useQuery(offeredQuery(connection?.id ?? '', asked)).data?.names;
  const possible = connection?.capabilities ?? [];
  const chosen = possible.includes(capability) ? capability : (possible[0] ?? 'text');
  const suggested = providers.find(({ id }) => id === connection?.provider)?.suggested[chosen];
  const add = async () => {
    setSaving(true);
    try {
      const body = { connection_id: connection?.id, capability: chosen, name };
      await changeAi('post', '/models', { body });
      toastSuccess(t('models.added', { name }));
      setName('');
    } catch (reason) {
      toastError(t('models.notAdded', { name }), reason);
    }
    setSaving(false);
  };
  return (
    <Group align="flex-end" gap="sm" role="group" aria-label={t('models.add')}>
      {connections.length > 1 && (
        <Select
          label={t('models.connection')}
          data={connections.map(({ id, label }) => ({ value: id, label }))}
          value={connection?.id ?? null}
          onChange={(value) => setConnectionId(value ?? '')}
          allowDeselect={false}
          className={classes.grow}
        />
      )}
      <Select
        label={t('models.capability')}
        data={possible.map((value) => ({ value, label: t(`capability.${value}`) }))}
        value={chosen}
        onChange={(value) => value && setCapability(value as Capability)}
        allowDeselect={false}
        className={classes.grow}
      />
      <Autocomplete
        label={t('models.name')}
        data={offered ?? suggested ?? []}
        limit={50}
        value={name}
        onChange={setName}
        onFocus={() => setAsked(true)}
        maxLength={200}
        className={classes.grow}
      />
      <Button variant="default" disabled={!name.trim()} loading={saving} onClick={() => void add()}>
        {t('models.add')}
      </Button>
    </Group>
  );
}

function ModelRow({ model, mayWrite }: { model: Model; mayWrite: boolean }) {
  const { t } = useTranslation('ai');
  const [pricing, setPricing] = useState(false);
  const change = async (action: Promise<unknown>) => {
    try {
      await action;
    } catch (reason) {
      toastError(t('models.notChanged', { name: model.name }), reason);
    }
  };
  return (
    <li className={classes.row}>
      <div className={classes.grow}>
        <Text size="sm" fw={500} className={classes.breakable}>
          {model.name}
        </Text>
        <Text size="xs" c="dimmed">
          {[t(`capability.${model.capability}`), model.connection_label, model.price.words]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
      {mayWrite && (
        <Group gap="xs" wrap="nowrap">
          <Switch
            aria-label={t('models.use', { name: model.name })}
            checked={model.enabled}
            onChange={(event) =>
              void change(
                changeAi('patch', `/models/${model.id}`, {
                  body: { enabled: event.currentTarget.checked },
                  version: model.version,
                }),
              )
            }
          />
          <ActionIcon
            aria-label={t('price.title', { name: model.name })}
            onClick={() => setPricing(true)}
          >
            <IconCoin size={16} />
          </ActionIcon>
          <ActionIcon
            aria-label={t('models.remove', { name: model.name })}
            onClick={() =>
              void change(changeAi('delete', `/models/${model.id}`, { version: model.version }))
            }
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      )}
      {pricing && <PriceDialog model={model} onClose={() => setPricing(false)} />}
    </li>
  );
}

/** The models of the connections that are in use. */
export function ModelsCard({ models, connections, providers, mayWrite }: ModelsCardProps) {
  const { t } = useTranslation('ai');
  return (
    <SettingsCard title={t('models.title')} description={t('models.text')}>
      {models.length === 0 && <EmptyState title={t('models.empty')} compact />}
      {models.length > 0 && (
        <ul className={classes.list}>
          {models.map((model) => (
            <ModelRow key={model.id} model={model} mayWrite={mayWrite} />
          ))}
        </ul>
      )}
      {mayWrite && <AddModel connections={connections} providers={providers} />}
    </SettingsCard>
  );
}
