import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { askConfirm } from '@/components/confirm';
import { renewRecoveryCodes } from '@/components/second-factor/queries';
import { SettingsCard } from '@/components/settings-card';
import { toastError } from '@/components/toasts';

interface RecoveryCardProps {
  left: number;
  onRenewed: (codes: string[]) => void;
}

/** How many recovery codes are left, and new ones. */
export function RecoveryCard({ left, onRenewed }: RecoveryCardProps) {
  const { t } = useTranslation('settings');
  const renew = useMutation({
    mutationFn: renewRecoveryCodes,
    onSuccess: onRenewed,
    onError: (reason) => toastError(t('security.notRenewed'), reason),
  });
  const ask = async () => {
    const sure = await askConfirm({
      title: t('security.renewTitle'),
      message: t('security.renewText'),
      confirm: t('security.renew'),
      danger: false,
    });
    if (sure) renew.mutate();
  };
  return (
    <SettingsCard title={t('security.recovery')} description={t('security.recoveryText')}>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c={left < 3 ? 'var(--mantine-color-error)' : undefined}>
          {t('security.codesLeft', { count: left })}
        </Text>
        <Button variant="default" loading={renew.isPending} onClick={() => void ask()}>
          {t('security.renew')}
        </Button>
      </Group>
    </SettingsCard>
  );
}
