import { Button, Group, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { currencies, timeZones } from '@/app/choices';
import { formatDate } from '@/app/format';
import { useMay } from '@/app/permissions';
import { ApiForm, useLeaveGuard } from '@/components/api-form';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import { organisationQuery } from './queries';

function OrganisationForm({ organisation }: { organisation: Schema<'OrganisationRead'> }) {
  const { t } = useTranslation('settings');
  const mayWrite = useMay('organisation:write');
  const { name, time_zone, currency } = organisation;
  const form = useForm({ initialValues: { name, time_zone, currency } });
  useLeaveGuard(form.isDirty());
  return (
    <ApiForm
      form={form}
      onSubmit={async (values) => {
        await request('patch', '/api/v1/organisation', {
          body: values,
          version: organisation.version,
        });
        form.resetDirty(values);
        await invalidatePaths('/api/v1/organisation', '/api/v1/me');
        toastSuccess(t('saved'));
      }}
    >
      {({ submitting }) => (
        <>
          <TextInput
            label={t('organisation.name')}
            description={mayWrite ? undefined : t('organisation.readOnly')}
            readOnly={!mayWrite}
            required
            maxLength={200}
            {...form.getInputProps('name')}
          />
          <Select
            label={t('organisation.timeZone')}
            description={t('organisation.timeZoneText')}
            data={timeZones(time_zone)}
            searchable
            allowDeselect={false}
            readOnly={!mayWrite}
            limit={50}
            {...form.getInputProps('time_zone')}
          />
          <Select
            label={t('organisation.currency')}
            description={t('organisation.currencyText')}
            data={currencies(currency)}
            searchable
            allowDeselect={false}
            readOnly={!mayWrite}
            limit={50}
            {...form.getInputProps('currency')}
          />
          {mayWrite && (
            <Group>
              <Button type="submit" loading={submitting} disabled={!form.isDirty()}>
                {t('save')}
              </Button>
            </Group>
          )}
        </>
      )}
    </ApiForm>
  );
}

/** The organisation's name, place and age. */
export function OrganisationPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(organisationQuery());
  return (
    <Page layout="form">
      <PageHeader title={t('organisation.title')} />
      <SettingsCard
        title={t('organisation.general')}
        description={data && t('organisation.since', { date: formatDate(data.created_at) })}
      >
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines lines={3} />}
        {data && <OrganisationForm key={data.version} organisation={data} />}
      </SettingsCard>
    </Page>
  );
}
