import { Autocomplete, Button, Group, Modal } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';

interface LostDialogProps {
  /** Name of the deal; undefined closes the dialog. */
  name: string | undefined;
  onAnswer: (reason: string | undefined) => void;
}

const REASONS = ['price', 'competitor', 'budget', 'timing', 'silent', 'fit'] as const;

function LostForm({ name, onAnswer }: { name: string; onAnswer: LostDialogProps['onAnswer'] }) {
  const { t } = useTranslation('board');
  const form = useForm({
    initialValues: { lost_reason: '' },
    validate: { lost_reason: (value) => (value.trim() ? null : t('lost.missing')) },
  });
  return (
    <ApiForm form={form} onSubmit={async ({ lost_reason }) => onAnswer(lost_reason.trim())}>
      {({ submitting }) => (
        <>
          <Autocomplete
            label={t('lost.why', { name })}
            description={t('lost.hint')}
            data={REASONS.map((reason) => t(`lost.reasons.${reason}`))}
            maxLength={2000}
            required
            data-autofocus
            openOnFocus={false}
            comboboxProps={{ position: 'bottom' }}
            {...form.getInputProps('lost_reason')}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => onAnswer(undefined)}>
              {t('cancel')}
            </Button>
            <Button type="submit" color="red" loading={submitting}>
              {t('lost.confirm')}
            </Button>
          </Group>
        </>
      )}
    </ApiForm>
  );
}

/** Asks why a deal was lost before it goes to a lost stage. */
export function LostDialog({ name, onAnswer }: LostDialogProps) {
  const { t } = useTranslation('board');
  return (
    <Modal opened={name !== undefined} onClose={() => onAnswer(undefined)} title={t('lost.title')}>
      {name !== undefined && <LostForm name={name} onAnswer={onAnswer} />}
    </Modal>
  );
}
