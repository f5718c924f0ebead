import {
  Alert,
  Button,
  FileInput,
  List,
  Modal,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';
import { FormDialog } from '@/components/form-dialog';
import { COUNTS, type Imported, SUPPRESSIONS } from './queries';
import { CHANNELS, REASONS } from './search';

const SHOWN_LINES = 8;

function Result({ result, onClose }: { result: Imported; onClose: () => void }) {
  const { t } = useTranslation('privacy');
  const line = (key: 'added' | 'known' | 'repeated') =>
    t(`import.${key}`, { count: result[key], shown: formatNumber(result[key]) });
  return (
    <Modal opened onClose={onClose} title={t('import.doneTitle')}>
      <Stack gap="md">
        <List size="sm">
          <List.Item>{line('added')}</List.Item>
          {result.known > 0 && <List.Item>{line('known')}</List.Item>}
          {result.repeated > 0 && <List.Item>{line('repeated')}</List.Item>}
        </List>
        {result.invalid > 0 && (
          <Alert
            color="orange"
            title={t('import.invalid', {
              count: result.invalid,
              shown: formatNumber(result.invalid),
            })}
          >
            {result.refused.slice(0, SHOWN_LINES).map((refused) => (
              <Text key={refused.line} size="sm">
                {t('import.line', { line: refused.line, text: refused.text })}
              </Text>
            ))}
            {result.invalid > SHOWN_LINES && (
              <Text size="sm">
                {t('import.more', {
                  count: result.invalid - SHOWN_LINES,
                  shown: formatNumber(result.invalid - SHOWN_LINES),
                })}
              </Text>
            )}
          </Alert>
        )}
        <Button onClick={onClose}>{t('import.close')}</Button>
      </Stack>
    </Modal>
  );
}

/** Bring in a suppression or do-not-call list. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('privacy');
  const [result, setResult] = useState<Imported>();
  const form = useForm({
    initialValues: {
      file: null as File | null,
      channel: 'email',
      reason: 'import',
      country: '',
      note: '',
    },
    validate: {
      file: (value) => (value ? null : t('import.fileMissing')),
      country: (value) => (/^([A-Za-z]{2})?$/.test(value.trim()) ? null : t('import.countryWrong')),
    },
  });
  if (result) return <Result result={result} onClose={onClose} />;
  const calls = form.values.channel === 'call' || form.values.channel === 'sms';
  return (
    <FormDialog
      title={t('import.title')}
      form={form}
      submit={t('import.open')}
      onClose={onClose}
      onSubmit={async ({ file, channel, reason, country, note }) => {
        const body = new FormData();
        if (file) body.append('file', file);
        const query = {
          channel,
          reason,
          note,
          country: calls ? country.trim().toUpperCase() : undefined,
        };
        const done = await request<Imported>('post', `${SUPPRESSIONS}/import`, { body, query });
        await invalidatePaths(SUPPRESSIONS, COUNTS);
        setResult(done);
      }}
    >
      <Text size="sm">{t('import.text')}</Text>
      <FileInput
        label={t('import.file')}
        description={t('import.fileHint')}
        placeholder={t('import.choose')}
        required
        accept=".csv,.txt,.tsv,text/csv,text/plain"
        {...form.getInputProps('file')}
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
      <Select
        label={t('suppression.reason')}
        allowDeselect={false}
        data={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
        {...form.getInputProps('reason')}
      />
      <TextInput label={t('note')} maxLength={500} {...form.getInputProps('note')} />
    </FormDialog>
  );
}
