import { FileInput, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '@/components/form-dialog';
import { type ConsentFile, type Options, post } from './consent-file';
import { ConsentImportPreview } from './consent-import-preview';
import { ConsentImportResult } from './consent-import-result';
import { type ConsentsImported, purposesQuery } from './queries';
import { CHANNELS } from './search';

interface Chosen {
  file: File;
  options: Options;
  read: ConsentFile;
}

const BASES = [
  'consent',
  'contract',
  'legitimate_interest',
  'legal_obligation',
  'vital_interest',
  'public_task',
] as const;

interface BeginProps {
  onRead: (chosen: Chosen) => void;
  onClose: () => void;
}

/** The file, and what holds for lines that do not say it. */
function Begin({ onRead, onClose }: BeginProps) {
  const { t } = useTranslation('privacy');
  const { data: purposes } = useQuery(purposesQuery());
  const form = useForm({
    initialValues: {
      file: null as File | null,
      purpose: '',
      state: 'granted' as 'granted' | 'withdrawn',
      basis: 'consent' as Options['basis'],
      channel: 'email' as Options['channel'],
      country: '',
    },
    validate: {
      file: (value) => (value ? null : t('import.fileMissing')),
      country: (value) => (/^([A-Za-z]{2})?$/.test(value.trim()) ? null : t('import.countryWrong')),
    },
  });
  const calls = form.values.channel === 'call' || form.values.channel === 'sms';
  return (
    <FormDialog
      title={t('consents.title')}
      size="lg"
      form={form}
      submit={t('consents.look')}
      onClose={onClose}
      onSubmit={async ({ file, purpose, country, ...rest }) => {
        if (!file) return;
        const options: Options = { ...rest };
        if (purpose) options.purpose = purpose;
        if (calls && country) options.country = country.trim().toUpperCase();
        onRead({ file, options, read: await post<ConsentFile>('preview', file, options) });
      }}
    >
      <Text size="sm">{t('consents.text')}</Text>
      <FileInput
        label={t('import.file')}
        description={t('consents.fileHint')}
        placeholder={t('import.choose')}
        required
        accept=".csv,.txt,.tsv,text/csv,text/plain"
        {...form.getInputProps('file')}
      />
      <Text size="sm" fw={600} mt="xs">
        {t('consents.otherwise')}
      </Text>
      <Select
        label={t('consents.purpose')}
        description={t('consents.purposeHint')}
        clearable
        clearButtonProps={{ 'aria-label': t('consents.clearPurpose') }}
        data={purposes?.map(({ key, name }) => ({ value: key, label: name })) ?? []}
        value={form.values.purpose || null}
        onChange={(purpose) => form.setFieldValue('purpose', purpose ?? '')}
      />
      <Select
        label={t('consents.state')}
        allowDeselect={false}
        data={(['granted', 'withdrawn'] as const).map((value) => ({
          value,
          label: t(`consents.states.${value}`),
        }))}
        {...form.getInputProps('state')}
      />
      <Select
        label={t('consents.basis')}
        allowDeselect={false}
        data={BASES.map((value) => ({ value, label: t(`basis.${value}`) }))}
        {...form.getInputProps('basis')}
      />
      <Select
        label={t('suppression.channel')}
        allowDeselect={false}
        data={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
        {...form.getInputProps('channel')}
      />
      {calls && (
        <TextInput
          label={t('import.country')}
          description={t('import.countryHint')}
          maxLength={2}
          {...form.getInputProps('country')}
        />
      )}
    </FormDialog>
  );
}

/** Bring in consents that another system kept: the file, what it says, what became of it. */
export function ConsentImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('privacy');
  const [chosen, setChosen] = useState<Chosen>();
  const [result, setResult] = useState<ConsentsImported>();
  if (!chosen) return <Begin onRead={setChosen} onClose={onClose} />;
  return (
    <Modal
      opened
      onClose={onClose}
      size={960}
      title={result ? t('consents.doneTitle') : t('consents.lookTitle', { file: chosen.file.name })}
    >
      <Stack gap="md">
        {result ? (
          <ConsentImportResult {...chosen} result={result} onClose={onClose} />
        ) : (
          <ConsentImportPreview
            {...chosen}
            onRead={(options, read) => setChosen({ ...chosen, options, read })}
            onBack={() => setChosen(undefined)}
            onDone={setResult}
          />
        )}
      </Stack>
    </Modal>
  );
}
