import { Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { factorsChanged, factorsQuery } from '@/components/second-factor/queries';
import { RecoveryCodes } from '@/components/second-factor/recovery-codes';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import { AppCard } from './app-card';
import { PasskeysCard } from './passkeys-card';
import { PasswordCard } from './password-card';
import { RecoveryCard } from './recovery-card';
import { SessionsCard } from './sessions-card';
import { SignInRulesCard } from './sign-in-rules-card';

/** How I prove who I am, where I am signed in, and what the organisation demands. */
export function SecurityPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(factorsQuery());
  const [codes, setCodes] = useState<string[]>([]);
  const mayReadRules = useMay('organisation:read');
  const added = (fresh: string[]) => {
    setCodes(fresh);
    toastSuccess(t('security.factorAdded'));
    void factorsChanged();
  };
  return (
    <Page layout="form">
      <PageHeader title={t('security.title')} />
      {!data && (
        <SettingsCard title={t('security.factors')}>
          {error ? (
            <ErrorState error={error} compact onRetry={() => void refetch()} />
          ) : (
            <LoadingLines lines={6} />
          )}
        </SettingsCard>
      )}
      {data && (
        <>
          <PasskeysCard factors={data} onAdded={added} />
          <AppCard factors={data} onAdded={added} />
          {(data.totp || data.passkeys.length > 0) && (
            <RecoveryCard
              left={data.recovery_codes_left}
              onRenewed={(fresh) => {
                setCodes(fresh);
                void factorsChanged();
              }}
            />
          )}
          {data.has_password && <PasswordCard />}
        </>
      )}
      <SessionsCard />
      {mayReadRules && <SignInRulesCard />}
      <Modal
        opened={codes.length > 0}
        onClose={() => setCodes([])}
        title={t('security.codesTitle')}
        size={480}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        <RecoveryCodes codes={codes} onDone={() => setCodes([])} />
      </Modal>
    </Page>
  );
}
