import { Switch } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { organisationSecurityQuery } from './queries';

const PATH = '/api/v1/organisation/security';

/** What the organisation demands of its members' sign-in. */
export function SignInRulesCard() {
  const { t } = useTranslation('settings');
  const mayWrite = useMay('organisation:write');
  const { data, error, refetch } = useQuery(organisationSecurityQuery());
  const change = useMutation({
    mutationFn: (required: boolean) =>
      request<Schema<'OrganisationSecurity'>>('put', PATH, {
        body: { second_factor_required: required },
      }),
    onSuccess: ({ second_factor_required: on }) =>
      toastSuccess(t(on ? 'security.ruleOn' : 'security.ruleOff')),
    onError: (reason) => toastError(t('security.ruleFailed'), reason),
    onSettled: () => invalidatePaths(PATH, '/api/v1/me/factors'),
  });
  const ask = async (required: boolean) => {
    const without = data ? data.members - data.members_with_second_factor : 0;
    const sure =
      !required ||
      without === 0 ||
      (await askConfirm({
        title: t('security.ruleTitle'),
        message: t('security.ruleText', { count: without }),
        confirm: t('security.ruleConfirm'),
        danger: false,
      }));
    if (sure) change.mutate(required);
  };
  return (
    <SettingsCard title={t('security.rules')} description={t('security.rulesText')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={2} />}
      {data && (
        <Switch
          label={t('security.ruleLabel')}
          description={t('security.ruleCount', {
            having: data.members_with_second_factor,
            count: data.members,
          })}
          checked={change.isPending ? change.variables : data.second_factor_required}
          disabled={!mayWrite || change.isPending}
          onChange={(event) => void ask(event.currentTarget.checked)}
        />
      )}
    </SettingsCard>
  );
}
