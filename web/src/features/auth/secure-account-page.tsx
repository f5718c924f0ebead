import { Button, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { queryClient } from '@/api/query-client';
import { IconDeviceMobile, IconKey } from '@/app/icons';
import { meQuery } from '@/app/session';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { PasskeySetup } from '@/components/second-factor/passkey-setup';
import { factorsQuery } from '@/components/second-factor/queries';
import { RecoveryCodes } from '@/components/second-factor/recovery-codes';
import { askStepUp } from '@/components/second-factor/step-up-dialog';
import { TotpSetup } from '@/components/second-factor/totp-setup';
import { canUsePasskeys } from '@/components/second-factor/webauthn';
import { AuthHeading } from './auth-heading';
import { safeNext } from './search';

const route = getRouteApi('/_auth/secure-account');

/** Before anything else: the organisation requires a second factor that this session does not have. */
export function SecureAccountPage() {
  const { t } = useTranslation('auth');
  const { next } = route.useSearch();
  const router = useRouter();
  const me = useQuery({ ...meQuery(), retry: false });
  const factors = useQuery({ ...factorsQuery(), retry: false });
  const [way, setWay] = useState<'totp' | 'passkey'>();
  const [codes, setCodes] = useState<string[]>();
  const enter = () => {
    queryClient.clear();
    router.history.push(safeNext(next));
  };
  const signOut = useMutation({
    mutationFn: () => request<{ url: string } | undefined>('post', '/api/v1/auth/logout'),
    onSuccess: (provider) => location.assign(provider?.url ?? '/login'),
  });
  const added = (fresh: string[]) => (fresh.length > 0 ? setCodes(fresh) : enter());
  if (codes) {
    return (
      <>
        <AuthHeading title={t('secure.codesTitle')}>{t('secure.codesText')}</AuthHeading>
        <RecoveryCodes codes={codes} onDone={enter} />
      </>
    );
  }
  const organisation = me.data?.organisation.name ?? '';
  const present = factors.data;
  const has = present && (present.totp || present.passkeys.length > 0);
  const failed = me.error ?? factors.error;
  return (
    <>
      <AuthHeading title={t('secure.title')}>
        {present && t(has ? 'secure.confirm' : 'secure.text', { organisation })}
      </AuthHeading>
      {failed && <ErrorState compact error={failed} onRetry={() => void factors.refetch()} />}
      {!failed && (!present || !me.data) && <LoadingLines lines={3} height={40} />}
      {has && (
        <Button
          fullWidth
          onClick={async () => {
            const methods = present.passkeys.length > 0 ? ['passkey'] : [];
            if (present.totp) methods.push('totp');
            if (present.recovery_codes_left > 0) methods.push('recovery_code');
            if (await askStepUp(methods)) enter();
          }}
        >
          {t('secure.confirmButton')}
        </Button>
      )}
      {present && !has && way === 'totp' && (
        <TotpSetup onDone={added} onCancel={() => setWay(undefined)} />
      )}
      {present && !has && way === 'passkey' && (
        <PasskeySetup onDone={added} onCancel={() => setWay(undefined)} />
      )}
      {present && !has && !way && (
        <Stack gap="sm">
          <Choice
            icon={<IconDeviceMobile size={18} />}
            label={t('secure.app')}
            onClick={() => setWay('totp')}
          >
            {t('secure.appText')}
          </Choice>
          {canUsePasskeys() && present.passkey_origin === location.origin && (
            <Choice
              icon={<IconKey size={18} />}
              label={t('secure.passkey')}
              onClick={() => setWay('passkey')}
            >
              {t('secure.passkeyText')}
            </Choice>
          )}
        </Stack>
      )}
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        fullWidth
        mt="lg"
        loading={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        {t('secure.signOut')}
      </Button>
    </>
  );
}

interface ChoiceProps {
  icon: React.ReactNode;
  label: string;
  onClick: () => void;
  children: React.ReactNode;
}

function Choice({ icon, label, onClick, children }: ChoiceProps) {
  return (
    <div>
      <Button variant="default" fullWidth leftSection={icon} onClick={onClick}>
        {label}
      </Button>
      <Text size="xs" c="dimmed" ta="center" mt={4}>
        {children}
      </Text>
    </div>
  );
}
