import {
  Group,
  NumberInput,
  Radio,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { rolesQuery } from './queries';
import { ScopePicker } from './scope-picker';
import { expiryMoment } from './scopes';

const KINDS = ['secret', 'signed', 'publishable'] as const;
const EXPIRIES = ['30', '90', '365', 'never', 'day'] as const;

interface ApiKeyDialogProps {
  /** Scopes that may be given. */
  grantable: string[];
  onClose: () => void;
  onMade: (made: Schema<'ApiKeyCreated'>) => void;
}

/** Make an API key. */
export function ApiKeyDialog({ grantable, onClose, onMade }: ApiKeyDialogProps) {
  const { t } = useTranslation('settings');
  const described = useQuery(rolesQuery()).data?.permissions ?? [];
  const words = new Map(described.map(({ key, description }) => [key, description]));
  const form = useForm({
    initialValues: {
      name: '',
      kind: 'secret' as (typeof KINDS)[number],
      test: false,
      scopes: [] as string[],
      expires: '90',
      expires_at: '',
      allowed_networks: [] as string[],
      allowed_origins: [] as string[],
      requests_per_minute: '' as number | '',
    },
    validate: {
      name: (value) => (value.trim() ? null : t('keys.nameMissing')),
      scopes: (value, values) =>
        values.kind !== 'publishable' && value.length === 0 ? t('keys.scopesMissing') : null,
      allowed_origins: (value, values) =>
        values.kind === 'publishable' && value.length === 0 ? t('keys.originsMissing') : null,
      expires_at: (value, values) =>
        values.expires === 'day' && !value ? t('keys.dayMissing') : null,
    },
  });
  const { kind, expires } = form.values;
  const isPublic = kind === 'publishable';
  // The server names the entry that is wrong: `allowed_networks.1`.
  const errorsOf = (field: string) =>
    Object.entries(form.errors).find(
      ([path]) => path === field || path.startsWith(`${field}.`),
    )?.[1];
  return (
    <FormDialog
      title={t('keys.new')}
      size="lg"
      form={form}
      submit={t('keys.make')}
      onClose={onClose}
      onSubmit={async (values) => {
        const made = await request<Schema<'ApiKeyCreated'>>('post', '/api/v1/keys', {
          body: {
            name: values.name,
            kind: values.kind,
            test: values.test && !isPublic,
            scopes: isPublic ? [] : values.scopes,
            expires_at: expiryMoment(values.expires, values.expires_at),
            allowed_networks: values.allowed_networks,
            allowed_origins: isPublic ? values.allowed_origins : [],
            requests_per_minute:
              values.requests_per_minute === '' ? null : values.requests_per_minute,
          },
        });
        onMade(made);
        await invalidatePaths('/api/v1/keys');
      }}
    >
      <TextInput
        label={t('keys.name')}
        description={t('keys.nameText')}
        data-autofocus
        required
        maxLength={120}
        {...form.getInputProps('name')}
      />
      <Radio.Group label={t('keys.kindLabel')} {...form.getInputProps('kind')}>
        <Stack gap="xs" mt={4}>
          {KINDS.map((value) => (
            <Radio
              key={value}
              value={value}
              label={t(`keys.kind.${value}`)}
              description={t(`keys.kindText.${value}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {isPublic ? (
        <TagsInput
          label={t('keys.origins')}
          description={t('keys.originsText')}
          placeholder={form.values.allowed_origins.length ? undefined : 'https://www.example.com'}
          required
          acceptValueOnBlur
          {...form.getInputProps('allowed_origins')}
          error={errorsOf('allowed_origins')}
        />
      ) : (
        <>
          <ScopePicker
            scopes={grantable.map((key) => ({ key, description: words.get(key) ?? '' }))}
            value={form.values.scopes}
            onChange={(scopes) => form.setFieldValue('scopes', scopes)}
            error={form.errors.scopes}
          />
          <Switch
            label={t('keys.test')}
            description={t('keys.testText')}
            {...form.getInputProps('test', { type: 'checkbox' })}
          />
        </>
      )}
      <Group align="flex-start" grow preventGrowOverflow={false}>
        <Select
          label={t('keys.expires')}
          allowDeselect={false}
          data={EXPIRIES.map((value) => ({ value, label: t(`keys.expiry.${value}`) }))}
          {...form.getInputProps('expires')}
          error={expires === 'day' ? undefined : errorsOf('expires_at')}
        />
        {expires === 'day' && (
          <TextInput
            type="date"
            label={t('keys.lastDay')}
            required
            {...form.getInputProps('expires_at')}
          />
        )}
        <NumberInput
          label={t('keys.limit')}
          placeholder={t('keys.limitNone')}
          min={1}
          max={1_000_000}
          allowDecimal={false}
          {...form.getInputProps('requests_per_minute')}
        />
      </Group>
      <TagsInput
        label={t('keys.networks')}
        description={t('keys.networksText')}
        placeholder={form.values.allowed_networks.length ? undefined : '203.0.113.0/24'}
        acceptValueOnBlur
        {...form.getInputProps('allowed_networks')}
        error={errorsOf('allowed_networks')}
      />
    </FormDialog>
  );
}
