import {
  Badge,
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Select,
  Switch,
  Text,
  TextInput,
  useMantineColorScheme,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatRelative } from '@/app/format';
import { usePreference } from '@/app/preferences';
import { useMe } from '@/app/session';
import { ApiForm, useLeaveGuard } from '@/components/api-form';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { sessionsQuery } from './queries';
import classes from './settings.module.css';
import { SettingsCard } from './settings-card';

const ZONES = Intl.supportedValuesOf('timeZone');

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
              data={ZONES.includes(user.time_zone) ? ZONES : [user.time_zone, ...ZONES]}
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

function PasswordForm() {
  const { t } = useTranslation('settings');
  const form = useForm({ initialValues: { current_password: '', new_password: '' } });
  return (
    <SettingsCard title={t('profile.password')} description={t('profile.passwordText')}>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          await request('post', '/api/v1/me/password', { body: values });
          form.reset();
          await invalidatePaths('/api/v1/me/sessions');
          toastSuccess(t('profile.passwordChanged'));
        }}
      >
        {({ submitting }) => (
          <>
            <PasswordInput
              label={t('profile.currentPassword')}
              autoComplete="current-password"
              required
              {...form.getInputProps('current_password')}
            />
            <PasswordInput
              label={t('profile.newPassword')}
              autoComplete="new-password"
              required
              {...form.getInputProps('new_password')}
            />
            <Group>
              <Button type="submit" variant="default" loading={submitting}>
                {t('profile.changePassword')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </SettingsCard>
  );
}

function SessionsCard() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(sessionsQuery());
  const end = async (path: string, message: string) => {
    try {
      await request('delete', path);
      toastSuccess(message);
    } catch (reason) {
      toastError(t('sessions.notEnded'), reason);
    }
    await refetch();
  };
  return (
    <SettingsCard
      title={t('sessions.title')}
      description={t('sessions.text')}
      action={
        data &&
        data.length > 1 && (
          <Button
            variant="default"
            onClick={() => void end('/api/v1/me/sessions', t('sessions.othersEnded'))}
          >
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      {error && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines />}
      <ul className={classes.rows}>
        {data?.map((session) => (
          <li key={session.id} className={classes.row}>
            <div className={classes.main}>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {session.device}
                </Text>
                {session.current && <Badge color="green">{t('sessions.this')}</Badge>}
              </Group>
              <Text size="xs" c="dimmed">
                {t('sessions.used', {
                  when: formatRelative(session.last_used_at),
                  ip: session.ip ?? '–',
                })}
              </Text>
            </div>
            {!session.current && (
              <Button
                variant="subtle"
                color="red"
                aria-label={t('sessions.endNamed', { device: session.device })}
                onClick={() => void end(`/api/v1/me/sessions/${session.id}`, t('sessions.ended'))}
              >
                {t('sessions.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </SettingsCard>
  );
}

/** My name, looks, password and the devices I am signed in on. */
export function ProfilePage() {
  const { t } = useTranslation('settings');
  return (
    <Page layout="form">
      <PageHeader title={t('profile.title')} />
      <PersonForm />
      <AppearanceCard />
      <PasswordForm />
      <SessionsCard />
    </Page>
  );
}
