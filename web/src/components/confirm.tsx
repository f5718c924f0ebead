import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { i18n } from '@/app/i18n';

interface ConfirmOptions {
  title: string;
  /** Names the object and, for many, the count. */
  message: string;
  confirm: string;
  danger?: boolean;
}

/** Asks before something that cannot be undone; resolves to the answer. */
export function askConfirm({
  title,
  message,
  confirm,
  danger = true,
}: ConfirmOptions): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{message}</Text>,
      labels: { confirm, cancel: i18n.t('app:cancel') },
      confirmProps: danger ? { color: 'red' } : {},
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
      onClose: () => resolve(false),
    });
  });
}
