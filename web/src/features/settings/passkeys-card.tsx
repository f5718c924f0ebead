import { ActionIcon, Alert, Badge, Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatRelative } from '@/app/format';
import { IconKey, IconTrash } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { InlineEdit } from '@/components/inline-edit';
import { PasskeySetup } from '@/components/second-factor/passkey-setup';
import {
  type Factors,
  type Passkey,
  removePasskey,
  renamePasskey,
} from '@/components/second-factor/queries';
import { canUsePasskeys } from '@/components/second-factor/webauthn';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './settings.module.css';

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const { t } = useTranslation('settings');
  const remove = useMutation({
    mutationFn: () => removePasskey(passkey.id),
    onSuccess: () => toastSuccess(t('security.passkeyRemoved')),
    onError: (reason) => toastError(t('security.notRemoved'), reason),
  });
  const ask = async () => {
    const sure = await askConfirm({
      title: t('security.passkeyRemoveTitle'),
      message: t('security.passkeyRemoveText', { name: passkey.name }),
      confirm: t('security.remove'),
    });
    if (sure) remove.mutate();
  };
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <InlineEdit
          label={t('security.passkeyName')}
          value={passkey.name}
          onSave={(name) => renamePasskey(passkey.id, String(name))}
          validate={(name) => (name ? undefined : t('security.needed'))}
        />
        <Text size="xs" c="dimmed">
          {t('security.added', { date: formatDate(passkey.created_at) })}{' '}
          {passkey.last_used_at
            ? t('security.lastUsed', { when: formatRelative(passkey.last_used_at) })
            : t('security.neverUsed')}
        </Text>
      </div>
      {passkey.synced && <Badge color="blue">{t('security.synced')}</Badge>}
      <ActionIcon
        aria-label={t('security.passkeyRemoveNamed', { name: passkey.name })}
        loading={remove.isPending}
        onClick={() => void ask()}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </li>
  );
}

interface PasskeysCardProps {
  factors: Factors;
  /** A passkey was added; recovery codes come with a first second factor. */
  onAdded: (codes: string[]) => void;
}

/** Passkeys: add, rename, remove. They sign in alone and count as second factor. */
export function PasskeysCard({ factors, onAdded }: PasskeysCardProps) {
  const { t } = useTranslation('settings');
  const [open, setOpen] = useState(false);
  const { passkeys, passkey_origin: origin } = factors;
  const here = origin === location.origin;
  return (
    <SettingsCard title={t('security.passkeys')} description={t('security.passkeysText')}>
      <ul className={classes.rows}>
        {passkeys.map((passkey) => (
          <PasskeyRow key={passkey.id} passkey={passkey} />
        ))}
      </ul>
      {open && (
        <PasskeySetup
          onDone={(codes) => {
            setOpen(false);
            onAdded(codes);
          }}
          onCancel={() => setOpen(false)}
        />
      )}
      {!open && here && canUsePasskeys() && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconKey size={16} />}
            onClick={() => setOpen(true)}
          >
            {t('security.passkeyAdd')}
          </Button>
        </Group>
      )}
      {!(here && canUsePasskeys()) && (
        <Alert color="gray">
          {origin ? t('security.passkeysElsewhere', { origin }) : t('security.passkeysNowhere')}
        </Alert>
      )}
    </SettingsCard>
  );
}
