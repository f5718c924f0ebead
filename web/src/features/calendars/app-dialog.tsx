import { Anchor, Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { toastError, toastSuccess } from '@/components/toasts';
import { CopyLine } from './copy-line';
import { type App, removeApp, storeApp } from './queries';

/** The organisation's own app at a vendor: what to enter there, and what the vendor gives for it. */
export function AppDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const { t } = useTranslation('calendars');
  const form = useForm({
    initialValues: { client_id: app.client_id ?? '', secret: '', tenant: app.tenant ?? 'common' },
    validate: { client_id: (value) => (value.trim() ? null : t('app.idMissing')) },
  });
  const remove = async () => {
    try {
      await removeApp(app.vendor);
      onClose();
    } catch (reason) {
      toastError(t('app.notRemoved'), reason);
    }
  };
  return (
    <Modal opened onClose={onClose} size="lg" title={t('app.title', { name: app.label })}>
      <Stack gap="md">
        <Stack gap={4}>
          <Text size="sm">{t('app.redirectText')}</Text>
          <CopyLine label={t('app.redirect')} text={app.redirect_url} />
          {app.scopes.length > 0 && (
            <>
              <Text size="sm" mt="xs">
                {t('app.scopesText')}
              </Text>
              <CopyLine label={t('app.scopes')} text={app.scopes.join(' ')} />
            </>
          )}
          {app.documentation_url && (
            <Anchor size="sm" href={app.documentation_url} target="_blank" rel="noreferrer">
              {t('app.documentation', { name: app.label })}
            </Anchor>
          )}
        </Stack>
        <ApiForm
          form={form}
          onSubmit={async ({ client_id, secret, tenant }) => {
            await storeApp(app.vendor, {
              client_id,
              ...(secret ? { secret } : {}),
              ...(app.vendor === 'microsoft' ? { tenant } : {}),
            });
            toastSuccess(t('app.saved', { name: app.label }));
            onClose();
          }}
        >
          {({ submitting }) => (
            <>
              <TextInput
                label={t('app.id')}
                required
                autoComplete="off"
                spellCheck={false}
                maxLength={300}
                {...form.getInputProps('client_id')}
              />
              <PasswordInput
                label={t('app.secret')}
                description={app.has_secret ? t('app.secretStays') : undefined}
                required={!app.has_secret}
                autoComplete="off"
                maxLength={1000}
                {...form.getInputProps('secret')}
              />
              {app.vendor === 'microsoft' && (
                <TextInput
                  label={t('app.tenant')}
                  description={t('app.tenantText')}
                  maxLength={100}
                  {...form.getInputProps('tenant')}
                />
              )}
              <Group justify="space-between">
                {app.has_secret ? (
                  <Button variant="subtle" color="red" onClick={() => void remove()}>
                    {t('app.remove')}
                  </Button>
                ) : (
                  <span />
                )}
                <Group gap="sm">
                  <Button variant="default" onClick={onClose}>
                    {t('cancel')}
                  </Button>
                  <Button type="submit" loading={submitting}>
                    {t('save')}
                  </Button>
                </Group>
              </Group>
            </>
          )}
        </ApiForm>
      </Stack>
    </Modal>
  );
}
