import { Button, Code, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { confirmTotp, startTotp } from './queries';
import classes from './second-factor.module.css';

interface TotpSetupProps {
  /** Recovery codes come with the first second factor. */
  onDone: (codes: string[]) => void;
  onCancel?: () => void;
}

/** QR code, secret as text, and the first code of the new app. */
export function TotpSetup({ onDone, onCancel }: TotpSetupProps) {
  const { t } = useTranslation('second-factor');
  const form = useForm({ initialValues: { code: '' } });
  // A query, not an effect: one secret is drawn even when React mounts this twice. Never kept.
  const draft = useQuery({
    queryKey: ['totp-draft'],
    queryFn: startTotp,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
  });
  if (draft.isError) {
    return <ErrorState compact error={draft.error} onRetry={() => void draft.refetch()} />;
  }
  if (!draft.data) return <LoadingLines lines={5} />;
  const { qr, secret } = draft.data;
  return (
    <div className={classes.setUp}>
      <img src={qr} className={classes.qr} alt={t('totp.qr')} />
      <Stack gap="sm" className={classes.steps}>
        <Text size="sm">{t('totp.scan')}</Text>
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <Code className={classes.secret}>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</Code>
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="subtle" size="compact-sm" onClick={copy}>
                {t(copied ? 'recovery.copied' : 'totp.copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
        <ApiForm
          form={form}
          onSubmit={async ({ code }) => onDone(await confirmTotp(code))}
          gap="sm"
        >
          {({ submitting }) => (
            <>
              <TextInput
                {...form.getInputProps('code')}
                label={t('totp.label')}
                description={t('totp.confirmHint')}
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={9}
                required
                withAsterisk={false}
              />
              <Group gap="xs">
                <Button type="submit" loading={submitting}>
                  {t('totp.confirm')}
                </Button>
                {onCancel && (
                  <Button variant="default" onClick={onCancel}>
                    {t('cancel')}
                  </Button>
                )}
              </Group>
            </>
          )}
        </ApiForm>
      </Stack>
    </div>
  );
}
