import { Group, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { ApiForm } from '@/components/api-form';
import { toastSuccess } from '@/components/toasts';
import { ScopeSelect } from './badges';
import { FormButtons } from './form-buttons';
import { KNOWLEDGE, type Source } from './queries';

const hostOf = (url: string) => url.replace(/^https?:\/\//, '').split('/')[0] ?? url;
const withScheme = (url: string) => (/^https?:\/\//.test(url) ? url : `https://${url}`);

/** Which site to crawl, and how. */
export function SiteForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('knowledge');
  const form = useForm({
    initialValues: {
      url: '',
      name: '',
      scope: 'public',
      max_pages: 500,
      include: [] as string[],
      exclude: [] as string[],
      recrawl: 'weekly',
    },
    validate: { url: (value) => (value.trim() ? null : t('site.urlMissing')) },
  });
  return (
    <ApiForm
      form={form}
      onSubmit={async ({ name, scope, ...site }) => {
        const url = withScheme(site.url.trim());
        const body = {
          kind: 'site',
          name: name.trim() || hostOf(url),
          scope,
          site: { ...site, url },
        };
        try {
          await request<Source>('post', `${KNOWLEDGE}/sources`, { body });
        } catch (reason) {
          const failure = toApiError(reason);
          if (!failure.fields['site.url']) throw reason;
          form.setFieldError('url', failure.fields['site.url']);
          return;
        }
        await invalidatePaths(KNOWLEDGE);
        toastSuccess(t('site.started', { host: hostOf(url) }));
        onClose();
      }}
    >
      {({ submitting }) => (
        <>
          <TextInput
            label={t('site.url')}
            description={t('site.urlText')}
            placeholder="https://www.example.com/docs"
            required
            data-autofocus
            maxLength={2000}
            {...form.getInputProps('url')}
          />
          <TextInput
            label={t('site.name')}
            placeholder={t('site.nameExample')}
            maxLength={120}
            {...form.getInputProps('name')}
          />
          <ScopeSelect {...form.getInputProps('scope')} />
          <Group grow align="flex-start">
            <NumberInput
              label={t('site.maxPages')}
              min={1}
              max={20000}
              thousandSeparator
              {...form.getInputProps('max_pages')}
            />
            <Select
              label={t('site.recrawl')}
              allowDeselect={false}
              data={['never', 'daily', 'weekly', 'monthly'].map((value) => ({
                value,
                label: t(`site.rhythm.${value}`),
              }))}
              {...form.getInputProps('recrawl')}
            />
          </Group>
          <TagsInput
            label={t('site.include')}
            description={t('site.includeText')}
            placeholder={form.values.include.length ? '' : '/docs/*'}
            acceptValueOnBlur
            maxTags={50}
            {...form.getInputProps('include')}
          />
          <TagsInput
            label={t('site.exclude')}
            placeholder={form.values.exclude.length ? '' : '/blog/tag/*'}
            acceptValueOnBlur
            maxTags={50}
            {...form.getInputProps('exclude')}
          />
          <FormButtons onClose={onClose} submitting={submitting} label={t('site.crawl')} />
        </>
      )}
    </ApiForm>
  );
}
