import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Cancel and send, at the end of a dialog. */
export function FormButtons({
  onClose,
  submitting,
  label,
}: {
  onClose: () => void;
  submitting: boolean;
  label: string;
}) {
  const { t } = useTranslation('knowledge');
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        {t('cancel')}
      </Button>
      <Button type="submit" loading={submitting}>
        {label}
      </Button>
    </Group>
  );
}
