import { Checkbox, Fieldset, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { PURPOSES, type Purpose } from './queries';

const LANGUAGES = ['de', 'es', 'fr'] as const;
const REQUIREMENTS = ['opt_in', 'soft_opt_in', 'none'] as const;

/** The key programs know a purpose by, out of its name. */
export function keyOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  return plain.slice(0, 40);
}

/** Add a purpose or change one, in the languages of the preference page. */
export function PurposeDialog({
  purpose,
  onClose,
}: {
  purpose: Purpose | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation('privacy');
  const words = (language: string) => ({
    name: purpose?.translations[language]?.name ?? '',
    text: purpose?.translations[language]?.text ?? '',
  });
  const form = useForm({
    initialValues: {
      name: purpose?.name ?? '',
      text: purpose?.text ?? '',
      translations: { de: words('de'), es: words('es'), fr: words('fr') },
      requires: (purpose?.requires ?? 'opt_in') as string,
      double_opt_in: purpose?.double_opt_in ?? true,
      listed: purpose?.listed ?? true,
    },
    validate: { name: (value) => (keyOf(value).length > 1 ? null : t('purpose.nameMissing')) },
  });
  const locked = purpose?.key === 'transactional';
  const { requires } = form.values;
  return (
    <FormDialog
      title={t(purpose ? 'purpose.editTitle' : 'purpose.add')}
      size="lg"
      form={form}
      submit={t(purpose ? 'save' : 'purpose.add')}
      onClose={onClose}
      onSubmit={async ({ requires: needed, ...values }) => {
        const body = { ...values, ...(locked ? {} : { requires: needed }) };
        if (purpose) {
          await request('patch', `${PURPOSES}/${purpose.id}`, { body, version: purpose.version });
        } else {
          await request('post', PURPOSES, { body: { ...body, key: keyOf(values.name) } });
        }
        await invalidatePaths(PURPOSES);
        toastSuccess(t('purpose.saved', { name: values.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('purpose.name')}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('purpose.text')}
        description={t('purpose.textHint')}
        maxLength={300}
        {...form.getInputProps('text')}
      />
      <Select
        label={t('purpose.requires')}
        description={t(`requiresText.${requires}`)}
        allowDeselect={false}
        disabled={locked}
        data={REQUIREMENTS.map((value) => ({ value, label: t(`requires.${value}`) }))}
        {...form.getInputProps('requires')}
      />
      <Checkbox
        label={t('purpose.double')}
        description={t('purpose.doubleHint')}
        disabled={requires !== 'opt_in'}
        {...form.getInputProps('double_opt_in', { type: 'checkbox' })}
      />
      <Checkbox
        label={t('purpose.listed')}
        description={t('purpose.listedHint')}
        disabled={requires === 'none'}
        {...form.getInputProps('listed', { type: 'checkbox' })}
      />
      <Fieldset legend={t('purpose.translations')}>
        <Stack gap="sm">
          {LANGUAGES.map((language) => (
            <Stack key={language} gap="xs">
              <TextInput
                label={t('purpose.nameIn', { language: t(`language.${language}`) })}
                lang={language}
                maxLength={80}
                {...form.getInputProps(`translations.${language}.name`)}
              />
              <TextInput
                label={t('purpose.textIn', { language: t(`language.${language}`) })}
                lang={language}
                maxLength={300}
                {...form.getInputProps(`translations.${language}.text`)}
              />
            </Stack>
          ))}
        </Stack>
      </Fieldset>
    </FormDialog>
  );
}
