import { Button, Group, Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { ApiForm, useLeaveGuard } from '@/components/api-form';
import { askConfirm } from '@/components/confirm';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { KeyCard } from './key-card';
import { SOURCES, type Source } from './queries';
import { changedSettings } from './settings';
import { sitesOf } from './snippets';

const route = getRouteApi('/_app/sources/$sourceId');

const HANDLINGS = ['allow', 'report', 'block'] as const;
const SWITCHES = {
  website: [
    'capture_page_views',
    'capture_forms',
    'add_leads',
    'require_consent',
    'respect_gpc',
    'store_ip',
  ],
  app: ['add_leads', 'store_ip'],
  server: ['add_leads'],
} as const;

function SettingsForm({ source, mayWrite }: { source: Source; mayWrite: boolean }) {
  const { t } = useTranslation('sources');
  const initial = {
    name: source.name,
    allowed_origins: source.allowed_origins,
    settings: source.settings as Required<Source['settings']>,
  };
  const form = useForm({
    initialValues: initial,
    validate: {
      name: (value) => (value.trim() ? null : t('form.nameMissing')),
      allowed_origins: (value) =>
        source.kind === 'website' && value.length === 0 ? t('form.sitesMissing') : null,
    },
  });
  useLeaveGuard(form.isDirty());
  return (
    <ApiForm
      form={form}
      onSubmit={async ({ name, allowed_origins, settings }) => {
        const sites = allowed_origins.flatMap(sitesOf);
        const body = {
          ...changedSettings({ name: source.name }, { name: name.trim() }),
          ...(sites.join(' ') === source.allowed_origins.join(' ')
            ? {}
            : { allowed_origins: sites }),
          settings: changedSettings(source.settings as Required<Source['settings']>, settings),
        };
        const saved = await request<Source>('patch', `${SOURCES}/${source.id}`, {
          body,
          version: source.version,
        });
        const values = {
          name: saved.name,
          allowed_origins: saved.allowed_origins,
          settings: saved.settings as Required<Source['settings']>,
        };
        form.setInitialValues(values);
        form.setValues(values);
        await invalidatePaths(SOURCES);
        toastSuccess(t('settings.saved'));
      }}
    >
      {({ submitting }) => (
        <>
          <SettingsCard title={t('settings.general')}>
            <Stack gap="md">
              <TextInput
                label={t('form.name')}
                required
                maxLength={80}
                readOnly={!mayWrite}
                {...form.getInputProps('name')}
              />
              {source.kind !== 'server' && (
                <TagsInput
                  label={t('form.sites')}
                  description={t(
                    source.kind === 'website' ? 'form.sitesText' : 'form.sitesTextApp',
                  )}
                  required={source.kind === 'website'}
                  acceptValueOnBlur
                  splitChars={[',', ' ']}
                  maxTags={50}
                  readOnly={!mayWrite}
                  {...form.getInputProps('allowed_origins')}
                />
              )}
            </Stack>
          </SettingsCard>
          <SettingsCard title={t('settings.collecting')}>
            <Stack gap="md">
              {SWITCHES[source.kind].map((name) => (
                <Switch
                  key={name}
                  label={t(`settings.${name}`)}
                  description={t(`settings.${name}Text`)}
                  disabled={!mayWrite}
                  {...form.getInputProps(`settings.${name}`, { type: 'checkbox' })}
                />
              ))}
            </Stack>
          </SettingsCard>
          <SettingsCard title={t('settings.quality')} description={t('settings.qualityText')}>
            <Stack gap="md">
              {(['unplanned_events', 'violating_events'] as const).map((name) => (
                <Select
                  key={name}
                  label={t(`settings.${name}`)}
                  description={t(`settings.${name}Text`)}
                  allowDeselect={false}
                  disabled={!mayWrite}
                  data={HANDLINGS.map((value) => ({ value, label: t(`handling.${value}`) }))}
                  {...form.getInputProps(`settings.${name}`)}
                />
              ))}
            </Stack>
          </SettingsCard>
          {mayWrite && (
            <Group justify="flex-end">
              <Button type="submit" loading={submitting} disabled={!form.isDirty()}>
                {t('settings.save')}
              </Button>
            </Group>
          )}
        </>
      )}
    </ApiForm>
  );
}

function Ending({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const navigate = route.useNavigate();
  const turn = async () => {
    const enabled = !source.enabled;
    const sure =
      enabled ||
      (await askConfirm({
        title: t('end.offTitle'),
        message: t('end.offText', { name: source.name }),
        confirm: t('end.off'),
      }));
    if (!sure) return;
    try {
      await request('patch', `${SOURCES}/${source.id}`, {
        body: { enabled },
        version: source.version,
      });
      toastSuccess(t(enabled ? 'end.isOn' : 'end.isOff'));
    } catch (reason) {
      toastError(t('settings.notSaved'), reason);
    }
    await invalidatePaths(SOURCES);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('end.deleteTitle'),
      message: t('end.deleteText', { name: source.name }),
      confirm: t('end.delete'),
    });
    if (!sure) return;
    try {
      await request('delete', `${SOURCES}/${source.id}`, { version: source.version });
      toastSuccess(t('end.deleted'));
      void navigate({ to: '/sources' });
    } catch (reason) {
      toastError(t('end.notDeleted'), reason);
    }
    await invalidatePaths(SOURCES);
  };
  return (
    <SettingsCard title={t('end.title')} description={t('end.text')}>
      <Group gap="xs">
        <Button variant="default" onClick={() => void turn()}>
          {t(source.enabled ? 'end.off' : 'end.on')}
        </Button>
        <Button variant="default" c="var(--mantine-color-red-text)" onClick={() => void remove()}>
          {t('end.delete')}
        </Button>
      </Group>
    </SettingsCard>
  );
}

/** Name, sites, what is collected, the write key, and the end of a source. */
export function SettingsTab({ source }: { source: Source }) {
  const mayWrite = useMay('sources:write');
  return (
    <Stack gap="md" maw={720}>
      <SettingsForm key={source.id} source={source} mayWrite={mayWrite} />
      <KeyCard source={source} mayWrite={mayWrite} />
      {mayWrite && <Ending source={source} />}
    </Stack>
  );
}
