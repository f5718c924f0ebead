import { Group, Radio, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { SOURCES, type Source } from './queries';
import { sitesOf } from './snippets';

const KINDS = ['website', 'server', 'app'] as const;

/** Adds a source; its write key is made with it. */
export function SourceDialog({ onClose }: { onClose: (made?: Source) => void }) {
  const { t } = useTranslation('sources');
  const form = useForm({
    initialValues: { kind: 'website' as string, name: '', allowed_origins: [] as string[] },
    validate: {
      name: (value) => (value.trim() ? null : t('form.nameMissing')),
      allowed_origins: (value, { kind }) =>
        kind === 'website' && value.length === 0 ? t('form.sitesMissing') : null,
    },
  });
  const { kind } = form.values;
  return (
    <FormDialog
      title={t('form.new')}
      size="lg"
      form={form}
      submit={t('form.add')}
      onClose={() => onClose()}
      onSubmit={async ({ allowed_origins, ...values }) => {
        const body = {
          ...values,
          allowed_origins: kind === 'server' ? [] : allowed_origins.flatMap(sitesOf),
        };
        const made = await request<Source>('post', SOURCES, { body });
        await invalidatePaths(SOURCES);
        onClose(made);
      }}
    >
      <Radio.Group label={t('form.kind')} {...form.getInputProps('kind')}>
        <Stack gap="xs" mt={4}>
          {KINDS.map((value) => (
            <Radio.Card key={value} value={value} p="sm">
              <Group wrap="nowrap" gap="sm">
                <Radio.Indicator />
                <div>
                  <Text size="sm" fw={500}>
                    {t(`kind.${value}`)}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {t(`form.kindText.${value}`)}
                  </Text>
                </div>
              </Group>
            </Radio.Card>
          ))}
        </Stack>
      </Radio.Group>
      <TextInput
        label={t('form.name')}
        placeholder={t(`form.nameExample.${kind}`)}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      {kind !== 'server' && (
        <TagsInput
          label={t('form.sites')}
          description={t(kind === 'website' ? 'form.sitesText' : 'form.sitesTextApp')}
          placeholder={form.values.allowed_origins.length ? '' : 'example.com'}
          required={kind === 'website'}
          acceptValueOnBlur
          splitChars={[',', ' ']}
          maxTags={25}
          {...form.getInputProps('allowed_origins')}
        />
      )}
    </FormDialog>
  );
}
