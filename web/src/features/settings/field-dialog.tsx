import { Checkbox, Select, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import type { CustomField, FieldEntity } from './queries';

const KINDS = [
  'text',
  'number',
  'date',
  'datetime',
  'boolean',
  'select',
  'multi_select',
  'url',
] as const;

/** Stored encrypted; only leads have it. */
const SECRET = 'secret';

const CLASSES = ['internal', 'personal', 'contact', 'sensitive'] as const;

const hasChoices = (kind: string) => kind === 'select' || kind === 'multi_select';

interface FieldDialogProps {
  entity: FieldEntity;
  /** Undefined for a new field. */
  field: CustomField | undefined;
  onClose: () => void;
}

/** Make a custom field or change one; kind and key stay what they are. */
export function FieldDialog({ entity, field, onClose }: FieldDialogProps) {
  const { t } = useTranslation('settings');
  const form = useForm({
    initialValues: {
      label: field?.label ?? '',
      kind: (field?.kind ?? 'text') as string,
      options: field?.options ?? ([] as string[]),
      filterable: field?.filterable ?? false,
      used_for_scoring: field?.used_for_scoring ?? true,
      classification: field?.classification ?? 'internal',
    },
    validate: {
      label: (value) => (value.trim() ? null : t('fields.labelMissing')),
      options: (value, values) =>
        hasChoices(values.kind) && value.length === 0 ? t('fields.optionsMissing') : null,
    },
  });
  return (
    <FormDialog
      title={field ? t('fields.editTitle', { name: field.label }) : t('fields.new')}
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async ({ kind, options, ...given }) => {
        const values = kind === SECRET ? { label: given.label } : given;
        const choices = hasChoices(kind) ? { options } : {};
        if (field) {
          await request('patch', `/api/v1/custom-fields/${field.id}`, {
            body: { ...values, ...choices },
          });
        } else {
          await request('post', '/api/v1/custom-fields', {
            body: { ...values, ...choices, kind, entity },
          });
        }
        await invalidatePaths('/api/v1/custom-fields', '/api/v1/leads/fields');
        toastSuccess(t('savedNamed', { name: values.label }));
        onClose();
      }}
    >
      <TextInput
        label={t('fields.label')}
        data-autofocus
        required
        maxLength={200}
        {...form.getInputProps('label')}
      />
      <Select
        label={t('fields.kindLabel')}
        description={
          form.values.kind === SECRET ? t('fields.secretText') : field && t('fields.kindFixed')
        }
        disabled={field !== undefined}
        data={(entity === 'lead' ? [...KINDS, SECRET] : KINDS).map((value) => ({
          value,
          label: t(`fields.kind.${value}`),
        }))}
        {...form.getInputProps('kind')}
      />
      {hasChoices(form.values.kind) && (
        <TagsInput
          label={t('fields.options')}
          description={t('fields.optionsText')}
          required
          {...form.getInputProps('options')}
        />
      )}
      {form.values.kind !== SECRET && (
        <>
          <Select
            label={t('fields.classification')}
            description={t('fields.classificationText')}
            allowDeselect={false}
            data={CLASSES.map((value) => ({ value, label: t(`fields.class.${value}`) }))}
            {...form.getInputProps('classification')}
          />
          <Checkbox
            label={t('fields.filterable')}
            description={t('fields.filterableText')}
            {...form.getInputProps('filterable', { type: 'checkbox' })}
          />
          {entity !== 'deal' && (
            <Checkbox
              label={t('fields.scoring')}
              description={t('fields.scoringText')}
              {...form.getInputProps('used_for_scoring', { type: 'checkbox' })}
            />
          )}
        </>
      )}
    </FormDialog>
  );
}
