import { NumberInput, PasswordInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { MAILBOXES } from './queries';

/** Connect a mailbox, or open an address that takes raw mails. */
export function MailboxDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('email');
  const form = useForm({
    initialValues: {
      name: '',
      kind: 'imap',
      host: '',
      port: 993 as number | '',
      security: 'tls',
      username: '',
      password: '',
      folder: 'INBOX',
    },
    validate: {
      name: (value) => (value.trim() ? null : t('mailbox.nameMissing')),
      host: (value, { kind }) =>
        kind === 'post' || value.trim() ? null : t('mailbox.hostMissing'),
    },
  });
  const imap = form.values.kind === 'imap';
  return (
    <FormDialog
      title={t('mailbox.add')}
      form={form}
      submit={t('mailbox.add')}
      onClose={onClose}
      onSubmit={async ({ name, kind, ...settings }) => {
        await request('post', MAILBOXES, { body: { name, kind, ...(imap ? settings : {}) } });
        await invalidatePaths(MAILBOXES);
        toastSuccess(t('mailbox.added', { name }));
        onClose();
      }}
    >
      <SegmentedControl
        aria-label={t('mailbox.kind')}
        data={[
          { value: 'imap', label: t('mailbox.imap') },
          { value: 'post', label: t('mailbox.post') },
        ]}
        {...form.getInputProps('kind')}
      />
      <TextInput
        label={t('mailbox.name')}
        description={imap ? undefined : t('mailbox.postHint')}
        required
        data-autofocus
        maxLength={100}
        {...form.getInputProps('name')}
      />
      {imap && (
        <>
          <TextInput
            label={t('mailbox.host')}
            required
            maxLength={253}
            placeholder="imap.example.com"
            {...form.getInputProps('host')}
          />
          <NumberInput
            label={t('mailbox.port')}
            min={1}
            max={65535}
            allowDecimal={false}
            {...form.getInputProps('port')}
          />
          <Select
            label={t('mailbox.security')}
            allowDeselect={false}
            data={['tls', 'starttls', 'none'].map((value) => ({
              value,
              label: t(`security.${value}`),
            }))}
            {...form.getInputProps('security')}
          />
          <TextInput
            label={t('mailbox.username')}
            autoComplete="off"
            maxLength={320}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label={t('mailbox.password')}
            autoComplete="off"
            maxLength={1000}
            {...form.getInputProps('password')}
          />
          <TextInput
            label={t('mailbox.folder')}
            maxLength={200}
            {...form.getInputProps('folder')}
          />
        </>
      )}
    </FormDialog>
  );
}
