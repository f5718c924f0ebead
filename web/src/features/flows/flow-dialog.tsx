import { Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { LoadingLines } from '@/components/page-states';
import classes from './flows.module.css';
import { FLOWS, type Flow, templatesQuery } from './queries';

/** A new flow: its name, and what it begins with. */
export function FlowDialog({ onClose }: { onClose: (made?: Flow) => void }) {
  const { t } = useTranslation('flows');
  const { data: templates } = useQuery(templatesQuery());
  const form = useForm({
    initialValues: { name: '', template: 'bant' },
    validate: { name: (value) => (value.trim() ? null : t('problem.name')) },
  });
  return (
    <FormDialog
      title={t('new.title')}
      form={form}
      submit={t('new.add')}
      onClose={() => onClose()}
      onSubmit={async ({ name, template }) => {
        const body = { name: name.trim(), template: template === 'empty' ? null : template };
        const made = await request<Flow>('post', FLOWS, { body });
        await invalidatePaths(FLOWS);
        onClose(made);
      }}
    >
      <TextInput
        label={t('basics.name')}
        placeholder={t('new.example')}
        required
        maxLength={120}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Radio.Group label={t('new.template')} {...form.getInputProps('template')}>
        <Stack gap="xs" mt={6}>
          {!templates && <LoadingLines lines={4} height={48} />}
          {templates &&
            [
              ...templates.map(({ key, name, description }) => ({ key, name, description })),
              { key: 'empty', name: t('new.empty'), description: t('new.emptyText') },
            ].map(({ key, name, description }) => (
              <Radio.Card key={key} value={key} className={classes.template} aria-label={name}>
                <Radio.Indicator />
                <div>
                  <div className={classes.templateName}>{name}</div>
                  <div className={classes.templateText}>{description}</div>
                </div>
              </Radio.Card>
            ))}
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
