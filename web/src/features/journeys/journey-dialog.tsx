import { Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { LoadingLines } from '@/components/page-states';
import classes from './builder.module.css';
import { JOURNEYS, type Journey, templatesQuery } from './queries';

const EMPTY = 'empty';

/** A new journey: its name, and what it begins with. */
export function JourneyDialog({ onClose }: { onClose: (made?: Journey) => void }) {
  const { t } = useTranslation('journeys');
  const { data: templates } = useQuery(templatesQuery());
  const form = useForm({
    initialValues: { name: '', template: EMPTY },
    validate: { name: (value) => (value.trim() ? null : t('new.nameMissing')) },
  });
  const choices = [
    { key: EMPTY, name: t('new.empty'), description: t('new.emptyText') },
    ...(templates ?? []),
  ];
  return (
    <FormDialog
      title={t('new.title')}
      size="lg"
      form={form}
      submit={t('new.add')}
      onClose={() => onClose()}
      onSubmit={async ({ name, template }) => {
        const body = { name: name.trim(), template: template === EMPTY ? null : template };
        const made = await request<Journey>('post', JOURNEYS, { body });
        await invalidatePaths(JOURNEYS);
        onClose(made);
      }}
    >
      <TextInput
        label={t('new.name')}
        placeholder={t('new.example')}
        required
        maxLength={120}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Radio.Group label={t('new.template')} {...form.getInputProps('template')}>
        <Stack gap="xs" mt={6}>
          {choices.map(({ key, name, description }) => (
            <Radio.Card key={key} value={key} className={classes.template} aria-label={name}>
              <Radio.Indicator />
              <div>
                <Text size="sm" fw={600}>
                  {name}
                </Text>
                <Text size="sm" c="dimmed">
                  {description}
                </Text>
              </div>
            </Radio.Card>
          ))}
          {!templates && <LoadingLines lines={4} height={56} />}
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
