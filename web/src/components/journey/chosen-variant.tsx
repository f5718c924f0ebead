import { Alert, Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { IconCheck } from '@/app/icons';
import { askConfirm } from '../confirm';
import { toastError, toastSuccess } from '../toasts';

interface ChosenVariantProps {
  chosen: Schema<'ChosenVariant'>;
  name: string;
  /** Where the choice is taken back, for those who may. */
  path?: string | undefined;
}

/** That somebody chose a variant for everybody, and the way back to chance. Texts: load `journeys`. */
export function ChosenVariant({ chosen, name, path }: ChosenVariantProps) {
  const { t } = useTranslation('journeys');
  const release = async (to: string) => {
    const sure = await askConfirm({
      title: t('results.releaseTitle'),
      message: t('results.releaseText', { name }),
      confirm: t('results.release'),
      danger: false,
    });
    if (!sure) return;
    try {
      await request('delete', to);
      toastSuccess(t('results.released'));
    } catch (reason) {
      toastError(t('results.notReleased'), reason);
    }
    await invalidatePaths('/api/v1/campaigns', '/api/v1/journeys');
  };
  return (
    <Alert color="green" icon={<IconCheck size={18} />} p="sm">
      <Group justify="space-between" gap="xs">
        <span>{t('results.chosen', { name, by: chosen.by, at: formatDateTime(chosen.at) })}</span>
        {path && (
          <Button size="xs" variant="default" onClick={() => void release(path)}>
            {t('results.release')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
