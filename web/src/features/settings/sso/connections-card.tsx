import { Badge, Button, Group, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconShieldLock } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { EmptyState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { RowActions } from '../row-actions';
import classes from '../settings.module.css';
import { type Connection, changeSso } from './queries';

interface ConnectionRowProps {
  connection: Connection;
  onOpen: () => void;
  onEdit: () => void;
}

function ConnectionRow({ connection, onOpen, onEdit }: ConnectionRowProps) {
  const { t } = useTranslation('settings/sso');
  const { name, id, enabled } = connection;
  const [pending, setPending] = useState<boolean>();
  const turn = async (on: boolean) => {
    setPending(on);
    try {
      await changeSso('patch', `/connections/${id}`, { enabled: on });
      toastSuccess(t(on ? 'switchedOn' : 'switchedOff', { name }));
    } catch (reason) {
      toastError(t('notChanged', { name }), reason);
    }
    setPending(undefined);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('removeTitle', { name }),
      message: t('removeText', { count: connection.linked_people }),
      confirm: t('remove'),
    });
    if (!sure) return;
    try {
      await changeSso('delete', `/connections/${id}`);
      toastSuccess(t('removed', { name }));
    } catch (reason) {
      toastError(t('notRemoved', { name }), reason);
    }
  };
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {name}
          </Text>
          <Badge color="gray">{t(`kind.${connection.kind}`)}</Badge>
        </Group>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {connection.oidc?.issuer ?? connection.saml?.entity_id} ·{' '}
          {t('people', { count: connection.linked_people })}
        </Text>
      </div>
      <Switch
        checked={pending ?? enabled}
        disabled={pending !== undefined}
        label={t((pending ?? enabled) ? 'on' : 'off')}
        aria-label={t('enableNamed', { name })}
        onChange={(event) => void turn(event.currentTarget.checked)}
      />
      <Button
        variant="default"
        size="compact-sm"
        aria-label={t('openNamed', { name })}
        onClick={onOpen}
      >
        {t('open')}
      </Button>
      <RowActions name={name} onEdit={onEdit} onDelete={() => void remove()} />
    </li>
  );
}

interface ConnectionsCardProps {
  connections: Connection[];
  onOpen: (id: string) => void;
  onEdit: (connection: Connection) => void;
}

/** The organisation's identity providers. */
export function ConnectionsCard({ connections, onOpen, onEdit }: ConnectionsCardProps) {
  const { t } = useTranslation('settings/sso');
  return (
    <SettingsCard title={t('connections')} description={t('connectionsText')}>
      {connections.length === 0 && (
        <EmptyState icon={IconShieldLock} title={t('empty')} compact>
          {t('emptyText')}
        </EmptyState>
      )}
      <ul className={classes.rows}>
        {connections.map((connection) => (
          <ConnectionRow
            key={connection.id}
            connection={connection}
            onOpen={() => onOpen(connection.id)}
            onEdit={() => onEdit(connection)}
          />
        ))}
      </ul>
    </SettingsCard>
  );
}
