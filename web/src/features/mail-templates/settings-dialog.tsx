import { Modal, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { FormDialog } from '@/components/form-dialog';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastSuccess } from '@/components/toasts';
import { type MailSettings, purposesQuery, SETTINGS, settingsQuery, TEMPLATES } from './queries';

const RULES = ['off', 'with_consent', 'always'] as const;

interface RuleProps {
  label: string;
  description?: string;
  value: string;
  onChange: (value: string) => void;
}

function Rule({ label, description, value, onChange }: RuleProps) {
  const { t } = useTranslation('mail-templates');
  const id = useId();
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500} id={id}>
        {label}
      </Text>
      {description && (
        <Text size="xs" c="dimmed">
          {description}
        </Text>
      )}
      <SegmentedControl
        aria-labelledby={id}
        value={value}
        data={RULES.map((rule) => ({ value: rule, label: t(`settings.${rule}`) }))}
        onChange={onChange}
      />
    </Stack>
  );
}

function Form({ stored, onClose }: { stored: MailSettings; onClose: () => void }) {
  const { t } = useTranslation('mail-templates');
  const { data: purposes } = useQuery({ ...purposesQuery(), enabled: useMay('privacy:read') });
  const form = useForm({
    initialValues: {
      company_name: stored.company_name ?? '',
      postal_address: stored.postal_address ?? '',
      track_clicks: stored.track_clicks ?? 'always',
      track_opens: stored.track_opens ?? 'off',
      tracking_purpose: stored.tracking_purpose || 'marketing',
      sites: (stored.sites ?? []).join('\n'),
    },
  });
  const { track_clicks, track_opens } = form.values;
  const asks = track_clicks === 'with_consent' || track_opens === 'with_consent';
  return (
    <FormDialog
      title={t('settings.title')}
      form={form}
      submit={t('settings.save')}
      onClose={onClose}
      onSubmit={async ({ sites, ...values }) => {
        const hosts = sites.split(/\s+/).filter(Boolean);
        await request('patch', SETTINGS, {
          body: { ...values, sites: hosts },
          version: stored.version ?? 0,
        });
        await invalidatePaths(SETTINGS, TEMPLATES);
        toastSuccess(t('settings.saved'));
        onClose();
      }}
    >
      <TextInput
        label={t('settings.company')}
        description={t('settings.companyText')}
        maxLength={120}
        data-autofocus
        {...form.getInputProps('company_name')}
      />
      <Textarea
        label={t('settings.address')}
        description={t('settings.addressText')}
        autosize
        minRows={2}
        maxRows={5}
        maxLength={400}
        {...form.getInputProps('postal_address')}
      />
      <Rule
        label={t('settings.clicks')}
        value={track_clicks}
        onChange={(value) => form.setFieldValue('track_clicks', value as 'off')}
      />
      <Rule
        label={t('settings.opens')}
        description={t('settings.opensText')}
        value={track_opens}
        onChange={(value) => form.setFieldValue('track_opens', value as 'off')}
      />
      {asks && (
        <Select
          label={t('settings.purpose')}
          allowDeselect={false}
          data={(purposes ?? []).map(({ key, name }) => ({ value: key, label: name }))}
          {...form.getInputProps('tracking_purpose')}
        />
      )}
      <Textarea
        label={t('settings.sites')}
        description={t('settings.sitesText')}
        placeholder={t('settings.sitesExample')}
        autosize
        minRows={2}
        maxRows={6}
        {...form.getInputProps('sites')}
      />
    </FormDialog>
  );
}

/** What all mails have in common. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('mail-templates');
  const { data, error, refetch } = useQuery(settingsQuery());
  if (data) return <Form stored={data} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title={t('settings.title')}>
      {error ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} />
      ) : (
        <LoadingLines lines={6} />
      )}
    </Modal>
  );
}
