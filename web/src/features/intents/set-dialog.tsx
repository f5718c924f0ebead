import { Button, Group, Modal, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { ApiForm } from '@/components/api-form';
import { keyOf } from './labels';
import { type IntentSet, SETS, type SetDetail, templatesQuery } from './queries';

interface SetDialogProps {
  sets: readonly IntentSet[];
  onClose: () => void;
  onAdded: (set: SetDetail) => void;
}

/** Adds a set, empty or from one that comes with the product. */
export function SetDialog({ sets, onClose, onAdded }: SetDialogProps) {
  const { t } = useTranslation('intents');
  const { data: templates = [] } = useQuery(templatesQuery());
  const form = useForm({
    initialValues: { name: '', template: null as string | null },
    validate: { name: (value) => (keyOf(value) ? null : t('set.nameMissing')) },
  });
  return (
    <Modal opened onClose={onClose} title={t('set.add')}>
      <ApiForm
        form={form}
        onSubmit={async ({ name, template }) => {
          const key = keyOf(name);
          const taken = sets.some((set) => set.key === key);
          const set = await request<SetDetail>('post', SETS, {
            body: { name, key: taken ? `${key.slice(0, 36)}_${sets.length + 1}` : key, template },
          });
          await invalidatePaths(SETS);
          onAdded(set);
        }}
      >
        {({ submitting }) => (
          <>
            <TextInput
              label={t('set.name')}
              placeholder={t('set.nameExample')}
              required
              data-autofocus
              maxLength={80}
              {...form.getInputProps('name')}
            />
            <Select
              label={t('set.template')}
              placeholder={t('set.templateNone')}
              clearable
              data={templates.map(({ key, name }) => ({ value: key, label: name }))}
              {...form.getInputProps('template')}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={submitting}>
                {t('set.add')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </Modal>
  );
}
