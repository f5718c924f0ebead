import { ActionIcon, Autocomplete, Button, Group, Select, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@/app/icons';
import { ApiForm } from '@/components/api-form';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import { moved } from './order';
import {
  type ProvisioningSettings,
  provisioningOverviewQuery,
  provisioningSettingsQuery,
  rolesQuery,
} from './queries';
import classes from './settings.module.css';

function RulesForm({ saved }: { saved: ProvisioningSettings }) {
  const { t } = useTranslation('settings');
  const roles = useQuery(rolesQuery()).data?.roles ?? [];
  const roleOptions = roles.map((role) => ({ value: role.key, label: role.label }));
  const groups = useQuery(provisioningOverviewQuery()).data?.groups ?? [];
  const form = useForm({
    initialValues: { default_role: saved.default_role, rules: saved.rules },
    validate: {
      rules: { group: (value) => (value.trim() ? null : t('provisioning.groupMissing')) },
    },
  });
  const { rules } = form.values;
  return (
    <ApiForm
      form={form}
      onSubmit={async (values) => {
        await request('put', '/api/v1/provisioning/settings', {
          body: values,
          version: saved.version,
        });
        toastSuccess(t('provisioning.rulesSaved'));
        await invalidatePaths('/api/v1/provisioning', '/api/v1/members');
      }}
    >
      {({ submitting }) => (
        <>
          <ol className={classes.rows}>
            {rules.map((_, index) => {
              const number = index + 1;
              const name = t('provisioning.rule', { number });
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place in the list
                <li key={index} className={classes.row}>
                  <Autocomplete
                    className={classes.main}
                    aria-label={t('provisioning.groupOf', { number })}
                    placeholder={t('provisioning.groupPlaceholder')}
                    data={[...new Set(groups.map((group) => group.name))]}
                    maxLength={120}
                    {...form.getInputProps(`rules.${index}.group`)}
                  />
                  <Select
                    className={classes.main}
                    aria-label={t('provisioning.roleOf', { number })}
                    data={roleOptions}
                    allowDeselect={false}
                    {...form.getInputProps(`rules.${index}.role`)}
                  />
                  <Group gap={0} wrap="nowrap" className={classes.actions}>
                    <ActionIcon
                      aria-label={t('row.up', { name })}
                      className={classes.step ?? ''}
                      disabled={index === 0}
                      onClick={() => form.setFieldValue('rules', moved(rules, index, -1))}
                    >
                      <IconArrowUp size={16} />
                    </ActionIcon>
                    <ActionIcon
                      aria-label={t('row.down', { name })}
                      className={classes.step ?? ''}
                      disabled={index === rules.length - 1}
                      onClick={() => form.setFieldValue('rules', moved(rules, index, 1))}
                    >
                      <IconArrowDown size={16} />
                    </ActionIcon>
                    <ActionIcon
                      aria-label={t('provisioning.removeRule', { number })}
                      onClick={() => form.removeListItem('rules', index)}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Group>
                </li>
              );
            })}
          </ol>
          <div>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() =>
                form.insertListItem('rules', { group: '', role: form.values.default_role })
              }
            >
              {t('provisioning.addRule')}
            </Button>
          </div>
          <Select
            label={t('provisioning.default')}
            description={t('provisioning.defaultText')}
            data={roleOptions}
            allowDeselect={false}
            maw={320}
            {...form.getInputProps('default_role')}
          />
          <Group justify="flex-end">
            <Button type="submit" variant="default" loading={submitting} disabled={!form.isDirty()}>
              {t('provisioning.saveRules')}
            </Button>
          </Group>
        </>
      )}
    </ApiForm>
  );
}

/** Which group of the identity provider gives which role. */
export function ProvisioningRulesCard() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(provisioningSettingsQuery());
  return (
    <SettingsCard title={t('provisioning.roles')} description={t('provisioning.rolesText')}>
      <Stack>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        {data && <RulesForm key={data.version} saved={data} />}
      </Stack>
    </SettingsCard>
  );
}
