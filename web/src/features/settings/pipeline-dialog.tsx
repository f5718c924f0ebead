import { Checkbox, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import type { Pipeline } from './queries';

function useCurrencies(language: string) {
  return useMemo(() => {
    const names = new Intl.DisplayNames(language, { type: 'currency' });
    return Intl.supportedValuesOf('currency').map((code) => ({
      value: code,
      label: `${code} – ${names.of(code) ?? code}`,
    }));
  }, [language]);
}

interface PipelineDialogProps {
  /** Undefined for a new pipeline, which gets the usual stages. */
  pipeline: Pipeline | undefined;
  onClose: () => void;
}

/** Make a pipeline, or change its name, currency and whether it is the default. */
export function PipelineDialog({ pipeline, onClose }: PipelineDialogProps) {
  const { t, i18n } = useTranslation('settings');
  const currencies = useCurrencies(i18n.language);
  const form = useForm({
    initialValues: {
      name: pipeline?.name ?? '',
      currency: pipeline?.currency ?? 'USD',
      is_default: pipeline?.is_default ?? false,
    },
    validate: { name: (value) => (value.trim() ? null : t('pipelines.nameMissing')) },
  });
  return (
    <FormDialog
      title={pipeline ? t('pipelines.editTitle', { name: pipeline.name }) : t('pipelines.new')}
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async ({ is_default, ...values }) => {
        const body = { ...values, ...(is_default ? { is_default } : {}) };
        if (pipeline) {
          await request('patch', `/api/v1/pipelines/${pipeline.id}`, {
            body,
            version: pipeline.version,
          });
        } else {
          await request('post', '/api/v1/pipelines', { body });
        }
        await invalidatePaths('/api/v1/pipelines', '/api/v1/dashboard');
        toastSuccess(t('savedNamed', { name: values.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('pipelines.name')}
        description={pipeline ? undefined : t('pipelines.newText')}
        data-autofocus
        required
        maxLength={200}
        {...form.getInputProps('name')}
      />
      <Select
        label={t('pipelines.currency')}
        data={currencies}
        searchable
        limit={60}
        {...form.getInputProps('currency')}
      />
      <Checkbox
        label={t('pipelines.makeDefault')}
        description={t('pipelines.defaultText')}
        disabled={pipeline?.is_default ?? false}
        {...form.getInputProps('is_default', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}
