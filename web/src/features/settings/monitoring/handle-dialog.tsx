import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { toastSuccess } from '@/components/toasts';
import { type Alert, change } from './queries';

export interface Handling {
  alert: Alert;
  state: 'acknowledged' | 'closed';
}

/** Acknowledge or close an alert, with a note for whoever reads the history. */
export function HandleDialog({ handling, onClose }: { handling: Handling; onClose: () => void }) {
  const { t } = useTranslation('settings/monitoring');
  const { alert, state } = handling;
  const form = useForm({ initialValues: { note: alert.note } });
  const send = async ({ note }: { note: string }) => {
    await change('patch', `/alerts/${alert.id}`, { state, note });
    toastSuccess(t(`done.${state}`));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t(`dialog.${state}`)}>
      <ApiForm form={form} onSubmit={send}>
        {({ submitting }) => (
          <Stack gap="md">
            <Text size="sm">{t(`dialog.${state}Text`)}</Text>
            <Textarea
              label={t('dialog.note')}
              description={t('dialog.noteText')}
              autosize
              minRows={2}
              maxRows={8}
              maxLength={2000}
              data-autofocus
              {...form.getInputProps('note')}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('cancel')}
              </Button>
              <Button type="submit" loading={submitting}>
                {t(state === 'closed' ? 'close' : 'acknowledge')}
              </Button>
            </Group>
          </Stack>
        )}
      </ApiForm>
    </Modal>
  );
}
