import { Button, Code, CopyButton, Group, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { FormDialog } from '@/components/form-dialog';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { ENDPOINTS, type Endpoint, type Secret } from './queries';
import classes from './webhooks.module.css';

const OVERLAPS = ['0', '1', '24', '72', '168'];

function RotateDialog({
  endpoint,
  onClose,
}: {
  endpoint: Endpoint;
  onClose: (made?: Secret) => void;
}) {
  const { t } = useTranslation('webhooks');
  const form = useForm({ initialValues: { overlap_hours: '24' } });
  return (
    <FormDialog
      title={t('secret.rotateTitle')}
      form={form}
      submit={t('secret.rotate')}
      onClose={() => onClose()}
      onSubmit={async ({ overlap_hours }) => {
        const made = await request<Secret>('post', `${ENDPOINTS}/${endpoint.id}/secret-rotations`, {
          body: { overlap_hours: Number(overlap_hours) },
        });
        await invalidatePaths(ENDPOINTS);
        toastSuccess(t('secret.rotated'));
        onClose(made);
      }}
    >
      <Text size="sm">{t('secret.rotateText')}</Text>
      <Select
        label={t('secret.overlap')}
        allowDeselect={false}
        data={OVERLAPS.map((value) => ({ value, label: t(`secret.hours.${value}`) }))}
        {...form.getInputProps('overlap_hours')}
      />
    </FormDialog>
  );
}

/** The signing secret: shown on demand, copied, changed for a new one. */
export function SecretCard({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('webhooks');
  const [shown, setShown] = useState<Secret>();
  const [rotating, setRotating] = useState(false);
  const [loading, setLoading] = useState(false);
  const show = async () => {
    setLoading(true);
    try {
      setShown(await request<Secret>('get', `${ENDPOINTS}/${endpoint.id}/secret`));
    } catch (reason) {
      toastError(t('secret.notShown'), reason);
    }
    setLoading(false);
  };
  const until = endpoint.previous_secret_until;
  return (
    <SettingsCard title={t('secret.title')} description={t('secret.text')}>
      <Stack gap="xs">
        <Code block className={classes.secret} aria-label={t('secret.title')}>
          {shown?.secret ?? 'whsec_••••••••••••••••••••••••'}
        </Code>
        {until && (
          <Text size="xs" c="dimmed">
            {t('secret.both', { until: formatDateTime(until) })}
          </Text>
        )}
        <Group gap="xs">
          {shown ? (
            <CopyButton value={shown.secret}>
              {({ copied, copy }) => (
                <Button variant="default" onClick={copy}>
                  {t(copied ? 'copied' : 'copy')}
                </Button>
              )}
            </CopyButton>
          ) : (
            <Button variant="default" loading={loading} onClick={() => void show()}>
              {t('secret.show')}
            </Button>
          )}
          <Button variant="default" onClick={() => setRotating(true)}>
            {t('secret.rotate')}
          </Button>
        </Group>
      </Stack>
      {rotating && (
        <RotateDialog
          endpoint={endpoint}
          onClose={(made) => {
            setRotating(false);
            if (made) setShown(made);
          }}
        />
      )}
    </SettingsCard>
  );
}
