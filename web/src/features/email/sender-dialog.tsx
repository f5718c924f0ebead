import {
  Checkbox,
  Fieldset,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { LoadingLines } from '@/components/page-states';
import { toastSuccess } from '@/components/toasts';
import { type Adapter, adaptersQuery, SENDERS, type Sender } from './queries';

interface Field {
  title?: string;
  description?: string;
  type?: string;
  enum?: string[];
  default?: unknown;
}

type Settings = Record<string, string | number>;

const fieldsOf = (adapter: Adapter | undefined) =>
  Object.entries((adapter?.settings.properties ?? {}) as Record<string, Field>);

/** What an adapter's fields begin with: what is stored, else what its schema says. */
function beginning(adapter: Adapter | undefined, sender: Sender | undefined): Settings {
  const known = sender?.adapter === adapter?.id ? (sender?.settings ?? {}) : {};
  return Object.fromEntries(
    fieldsOf(adapter).map(([name, field]) => {
      const value = (known as Record<string, unknown>)[name] ?? field.default ?? '';
      return [name, typeof value === 'number' ? value : String(value)];
    }),
  );
}

interface SenderDialogProps {
  sender: Sender | undefined;
  onClose: () => void;
}

function Form({ sender, adapters, onClose }: SenderDialogProps & { adapters: Adapter[] }) {
  const { t } = useTranslation('email');
  const of = (id: string) => adapters.find((one) => one.id === id);
  const first = sender?.adapter ?? 'smtp';
  const form = useForm({
    initialValues: {
      name: sender?.name ?? '',
      address: sender?.address ?? '',
      reply_to: sender?.reply_to ?? '',
      bounce_address: sender?.bounce_address ?? '',
      adapter: first,
      settings: beginning(of(first), sender),
      daily_limit: (sender?.daily_limit ?? '') as number | '',
      warm_up: sender ? sender.warmup_from !== null : true,
      rotates: sender?.rotates ?? true,
    },
    validate: { address: (value) => (value.includes('@') ? null : t('sender.addressMissing')) },
  });
  const adapter = of(form.values.adapter);
  const { required = [] } = (adapter?.settings ?? {}) as { required?: string[] };
  return (
    <FormDialog
      title={t(sender ? 'sender.editTitle' : 'sender.add')}
      size="lg"
      form={form}
      submit={t(sender ? 'save' : 'sender.add')}
      onClose={onClose}
      onSubmit={async ({ address, daily_limit, ...values }) => {
        const body = { ...values, daily_limit: daily_limit === '' ? null : daily_limit };
        if (sender) {
          await request('patch', `${SENDERS}/${sender.id}`, { body, version: sender.version });
        } else {
          await request('post', SENDERS, { body: { ...body, address } });
        }
        await invalidatePaths(SENDERS);
        toastSuccess(t('sender.saved', { address }));
        onClose();
      }}
    >
      <TextInput
        label={t('sender.address')}
        required
        data-autofocus
        readOnly={sender !== undefined}
        maxLength={254}
        placeholder="ann@news.example.com"
        {...form.getInputProps('address')}
      />
      <TextInput label={t('sender.name')} maxLength={100} {...form.getInputProps('name')} />
      <TextInput label={t('sender.replyTo')} maxLength={254} {...form.getInputProps('reply_to')} />
      <Select
        label={t('sender.adapter')}
        description={adapter?.notes.what}
        allowDeselect={false}
        data={adapters.map(({ id, label }) => ({ value: id, label }))}
        value={form.values.adapter}
        onChange={(id) => {
          if (!id) return;
          form.setValues({ adapter: id, settings: beginning(of(id), sender) });
        }}
      />
      {fieldsOf(adapter).length > 0 && (
        <Fieldset legend={adapter?.label}>
          <Stack gap="sm">
            {fieldsOf(adapter).map(([name, field]) => {
              const label = field.title ?? name;
              const props = {
                label,
                description: field.description,
                required: required.includes(name),
                ...form.getInputProps(`settings.${name}`),
              };
              if (adapter?.secrets.includes(name)) {
                const stored = sender?.secrets_set.includes(name);
                return (
                  <PasswordInput
                    key={name}
                    autoComplete="off"
                    {...props}
                    required={props.required && !stored}
                    placeholder={stored ? t('sender.secretKept') : ''}
                  />
                );
              }
              if (field.enum) {
                return (
                  <Select
                    key={name}
                    allowDeselect={false}
                    data={field.enum.map((value) => ({
                      value,
                      label: t(`security.${value}`, { defaultValue: value }),
                    }))}
                    {...props}
                  />
                );
              }
              if (field.type === 'integer') {
                return <NumberInput key={name} allowDecimal={false} min={1} {...props} />;
              }
              return <TextInput key={name} autoComplete="off" spellCheck={false} {...props} />;
            })}
          </Stack>
        </Fieldset>
      )}
      <TextInput
        label={t('sender.bounceAddress')}
        description={t('sender.bounceHint')}
        maxLength={254}
        {...form.getInputProps('bounce_address')}
      />
      <NumberInput
        label={t('sender.dailyLimit')}
        description={t('sender.dailyHint')}
        allowDecimal={false}
        min={1}
        thousandSeparator=" "
        {...form.getInputProps('daily_limit')}
      />
      <Checkbox
        label={t('sender.warmUp')}
        description={t('sender.warmHint')}
        {...form.getInputProps('warm_up', { type: 'checkbox' })}
      />
      <Checkbox
        label={t('sender.rotates')}
        description={t('sender.rotatesHint')}
        {...form.getInputProps('rotates', { type: 'checkbox' })}
      />
      {adapter?.capabilities.includes('events') && !sender && (
        <Text size="xs" c="dimmed">
          {t('sender.eventsLater')}
        </Text>
      )}
    </FormDialog>
  );
}

/** Add a sender or change one; the fields of its adapter come from the server. */
export function SenderDialog(props: SenderDialogProps) {
  const { data } = useQuery(adaptersQuery());
  return data ? <Form adapters={data} {...props} /> : <LoadingLines lines={1} />;
}
