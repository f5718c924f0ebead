import {
  Button,
  Group,
  SegmentedControl,
  Select,
  Switch,
  TextInput,
  useMantineColorScheme,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { timeZones } from '@/app/choices';
import { usePreference } from '@/app/preferences';
import { useMe } from '@/app/session';
import { ApiForm, useLeaveGuard } from '@/components/api-form';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';

function PersonForm() {
  const { t } = useTranslation('settings');
  const { user } = useMe();
  const form = useForm({ initialValues: { name: user.name, time_zone: user.time_zone } });
  useLeaveGuard(form.isDirty());
  return (
    <SettingsCard title={t('profile.person')}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          await request('patch', '/api/v1/me', { body: values });
          form.resetDirty(values);
          await invalidatePaths('/api/v1/me');
          toastSuccess(t('saved'));
        }}
      >
        {({ submitting }) => (
          <>
            <TextInput
              label={t('profile.name')}
              required
              maxLength={200}
              {...form.getInputProps('name')}
            />
            <TextInput label={t('profile.email')} value={user.email} readOnly />
            <Select
              label={t('profile.timeZone')}
              data={timeZones(user.time_zone)}
              searchable
              limit={50}
              {...form.getInputProps('time_zone')}
            />
            <Group>
              <Button type="submit" loading={submitting} disabled={!form.isDirty()}>
                {t('save')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </SettingsCard>
  );
}

function AppearanceCard() {
  const { t } = useTranslation('settings');
  const { t: words } = useTranslation('app');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [singleKeys, setSingleKeys] = usePreference('single_keys', true);
  return (
    <SettingsCard title={t('profile.appearance')} description={t('profile.appearanceText')}>
      <SegmentedControl
        aria-label={t('profile.appearance')}
        value={colorScheme}
        onChange={(value) => setColorScheme(value as 'auto' | 'light' | 'dark')}
        data={(['auto', 'light', 'dark'] as const).map((value) => ({
          value,
          label: t(`profile.scheme.${value}`),
        }))}
      />
      <Switch
        label={words('keys.single')}
        description={words('keys.singleHint')}
        checked={singleKeys}
        onChange={(event) => setSingleKeys(event.currentTarget.checked)}
      />
    </SettingsCard>
  );
}

/** My name and looks. */
export function ProfilePage() {
  const { t } = useTranslation('settings');
  return (
    <Page layout="form">
      <PageHeader title={t('profile.title')} />
      <PersonForm />
      <AppearanceCard />
    </Page>
  );
}
