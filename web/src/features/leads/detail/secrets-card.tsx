import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate } from '@/app/format';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { FormDialog } from '@/components/form-dialog';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './detail.module.css';
import { type Secret, secretsQuery } from './queries';
import { RelatedCard } from './related-card';

interface SecretProps {
  leadId: string;
  secret: Secret;
}

function SecretDialog({ leadId, secret, onClose }: SecretProps & { onClose: () => void }) {
  const { t } = useTranslation('leads/detail');
  const form = useForm({
    initialValues: { value: '' },
    validate: { value: (value) => (value.trim() ? null : t('secrets.needed')) },
  });
  return (
    <FormDialog
      title={secret.label}
      form={form}
      submit={t('secrets.save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const path = `/api/v1/leads/${leadId}/secrets/${secret.field_id}`;
        await request('put', path, { body: values });
        await invalidatePaths('/api/v1/leads');
        toastSuccess(t('secrets.saved', { name: secret.label }));
        onClose();
      }}
    >
      <TextInput
        label={t('secrets.value')}
        description={t(secret.set_at ? 'secrets.replaces' : 'secrets.text')}
        data-autofocus
        required
        autoComplete="off"
        maxLength={5000}
        {...form.getInputProps('value')}
      />
    </FormDialog>
  );
}

function SecretRow({ leadId, secret }: SecretProps) {
  const { t } = useTranslation('leads/detail');
  const mayWrite = useMay('leads:write');
  const maySee = useMay('leads:personal');
  const [shown, setShown] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [edited, setEdited] = useState(false);
  const path = `/api/v1/leads/${leadId}/secrets/${secret.field_id}`;
  const name = secret.label;
  const reveal = async () => {
    if (shown !== undefined) return setShown(undefined);
    setBusy(true);
    try {
      setShown((await request<{ value: string }>('post', `${path}/reveal`)).value);
    } catch (reason) {
      toastError(t('secrets.notShown', { name }), reason);
    }
    setBusy(false);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('secrets.removeTitle', { name }),
      message: t('secrets.removeText'),
      confirm: t('secrets.remove'),
    });
    if (!sure) return;
    try {
      await request('delete', path);
    } catch (reason) {
      toastError(t('secrets.notRemoved', { name }), reason);
    }
    setShown(undefined);
    await invalidatePaths('/api/v1/leads');
  };
  return (
    <li>
      <Stack gap={4} className={classes.itemMain}>
        <Text size="sm" fw={500} className={classes.itemName}>
          {name}
        </Text>
        {shown !== undefined && <Code block>{shown}</Code>}
        <Text size="xs" c="dimmed">
          {secret.set_at
            ? t('secrets.set', { date: formatDate(secret.set_at), name: secret.set_by_name })
            : t('secrets.unset')}
        </Text>
        <Group gap="xs">
          {secret.set_at && maySee && (
            <Button
              variant="default"
              size="compact-sm"
              loading={busy}
              aria-label={t(shown === undefined ? 'secrets.showNamed' : 'secrets.hideNamed', {
                name,
              })}
              onClick={() => void reveal()}
            >
              {t(shown === undefined ? 'secrets.show' : 'secrets.hide')}
            </Button>
          )}
          {mayWrite && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t(secret.set_at ? 'secrets.changeNamed' : 'secrets.enterNamed', { name })}
              onClick={() => setEdited(true)}
            >
              {t(secret.set_at ? 'secrets.change' : 'secrets.enter')}
            </Button>
          )}
          {mayWrite && secret.set_at && (
            <Button
              variant="subtle"
              color="red"
              size="compact-sm"
              aria-label={t('secrets.removeNamed', { name })}
              onClick={() => void remove()}
            >
              {t('secrets.remove')}
            </Button>
          )}
        </Group>
      </Stack>
      {edited && (
        <SecretDialog
          leadId={leadId}
          secret={secret}
          onClose={() => {
            setShown(undefined);
            setEdited(false);
          }}
        />
      )}
    </li>
  );
}

/** Encrypted fields of a lead, each shown on request; no card where the organisation has none. */
export function SecretsCard({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const query = useQuery(secretsQuery(leadId));
  if (query.data?.length === 0 || (query.data === undefined && !query.error)) return null;
  return (
    <RelatedCard title={t('secrets.title')} query={query} empty="">
      <ul className={classes.items}>
        {query.data?.map((secret) => (
          <SecretRow key={secret.field_id} leadId={leadId} secret={secret} />
        ))}
      </ul>
    </RelatedCard>
  );
}
