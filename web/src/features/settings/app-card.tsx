import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatRelative } from '@/app/format';
import { askConfirm } from '@/components/confirm';
import { type Factors, removeTotp } from '@/components/second-factor/queries';
import { TotpSetup } from '@/components/second-factor/totp-setup';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';

interface AppCardProps {
  factors: Factors;
  /** The app was confirmed; recovery codes come with a first second factor. */
  onAdded: (codes: string[]) => void;
}

/** Codes of an authenticator app: set up, replace, remove. */
export function AppCard({ factors: { totp }, onAdded }: AppCardProps) {
  const { t } = useTranslation('settings');
  const [open, setOpen] = useState(false);
  const remove = useMutation({
    mutationFn: removeTotp,
    onSuccess: () => toastSuccess(t('security.appRemoved')),
    onError: (reason) => toastError(t('security.notRemoved'), reason),
  });
  const ask = async () => {
    const sure = await askConfirm({
      title: t('security.appRemoveTitle'),
      message: t('security.appRemoveText'),
      confirm: t('security.remove'),
    });
    if (sure) remove.mutate();
  };
  const used = totp?.last_used_at;
  return (
    <SettingsCard title={t('security.app')} description={t('security.appText')}>
      {totp && !open && (
        <Group gap="xs">
          <Badge color="green">{t('security.on')}</Badge>
          <Text size="sm" c="dimmed">
            {t('security.added', { date: formatDate(totp.created_at) })}{' '}
            {used && t('security.lastUsed', { when: formatRelative(used) })}
          </Text>
        </Group>
      )}
      {open ? (
        <TotpSetup
          onDone={(codes) => {
            setOpen(false);
            onAdded(codes);
          }}
          onCancel={() => setOpen(false)}
        />
      ) : (
        <Group gap="xs">
          <Button variant="default" onClick={() => setOpen(true)}>
            {t(totp ? 'security.appReplace' : 'security.appSetUp')}
          </Button>
          {totp && (
            <Button
              variant="subtle"
              color="red"
              loading={remove.isPending}
              onClick={() => void ask()}
            >
              {t('security.remove')}
            </Button>
          )}
        </Group>
      )}
    </SettingsCard>
  );
}
