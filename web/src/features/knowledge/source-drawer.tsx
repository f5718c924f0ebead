import {
  Alert,
  Button,
  Drawer,
  Group,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconRefresh, IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { toastError, toastSuccess, toastUndo } from '@/components/toasts';
import { ScopeSelect } from './badges';
import classes from './knowledge.module.css';
import { KNOWLEDGE, pagesQuery, type Source } from './queries';
import { RunLine } from './run-line';

const STATES = ['kept', 'skipped', 'failed', 'gone'] as const;

/** One source: how it is doing, its settings, what its crawl came across. */
export function SourceDrawer({ source, onClose }: { source: Source; onClose: () => void }) {
  const { t } = useTranslation('knowledge');
  const mayWrite = useMay('knowledge:write');
  const url = `${KNOWLEDGE}/sources/${source.id}`;
  const act = async (verb: 'crawl' | 'reindex') => {
    try {
      await request('post', `${url}/${verb}`);
      toastSuccess(t(`source.${verb}Started`));
      await invalidatePaths(KNOWLEDGE);
    } catch (reason) {
      toastError(t(`source.${verb}Failed`), reason);
    }
  };
  const remove = async () => {
    try {
      await request('delete', url, { version: source.version });
      onClose();
      toastUndo(t('source.removed', { name: source.name }), async () => {
        await request('post', `${url}/restore`);
        await invalidatePaths(KNOWLEDGE);
      });
    } catch (reason) {
      toastError(t('source.notRemoved'), reason);
    }
    await invalidatePaths(KNOWLEDGE);
  };
  const working = source.status === 'working' && source.run_id;
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={source.name}>
      <Stack gap="lg">
        {source.error && (
          <Alert color="red" title={t('source.problem')}>
            {source.error}
          </Alert>
        )}
        {working && <RunLine id={working} title={source.name} />}
        <Text size="sm" c="dimmed">
          {[
            t('source.documents', {
              count: source.documents,
              shown: formatNumber(source.documents),
            }),
            t('source.passages', { count: source.passages, shown: formatNumber(source.passages) }),
            source.last_indexed_at &&
              t('source.indexedAt', { when: formatDateTime(source.last_indexed_at) }),
            source.next_crawl_at &&
              t('source.next', { when: formatDateTime(source.next_crawl_at) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        {mayWrite && (
          <Group gap="xs">
            {source.kind === 'site' && (
              <Button
                variant="default"
                leftSection={<IconRefresh size={14} />}
                disabled={Boolean(working)}
                onClick={() => void act('crawl')}
              >
                {t('source.crawl')}
              </Button>
            )}
            <Button
              variant="default"
              leftSection={<IconRefresh size={14} />}
              onClick={() => void act('reindex')}
            >
              {t('source.reindex')}
            </Button>
            <Button
              variant="default"
              color="red"
              leftSection={<IconTrash size={14} />}
              onClick={() => void remove()}
            >
              {t('source.remove')}
            </Button>
          </Group>
        )}
        {mayWrite && <SettingsForm key={source.id} source={source} />}
        {source.kind === 'site' && <CrawlLog source={source} />}
      </Stack>
    </Drawer>
  );
}

function SettingsForm({ source }: { source: Source }) {
  const { t } = useTranslation('knowledge');
  const form = useForm({
    initialValues: {
      name: source.name,
      scope: source.scope as string,
      expires_at: source.expires_at?.slice(0, 10) ?? null,
      review_days: source.review_days ?? ('' as number | ''),
    },
    validate: { name: (value) => (value.trim() ? null : t('source.nameMissing')) },
  });
  return (
    <ApiForm
      form={form}
      onSubmit={async ({ expires_at, review_days, ...values }) => {
        await request('patch', `${KNOWLEDGE}/sources/${source.id}`, {
          body: {
            ...values,
            expires_at: expires_at ? `${expires_at}T00:00:00Z` : null,
            review_days: review_days === '' ? null : review_days,
          },
        });
        form.resetDirty();
        await invalidatePaths(KNOWLEDGE);
        toastSuccess(t('saved'));
      }}
    >
      {({ submitting }) => (
        <>
          <TextInput label={t('source.name')} maxLength={120} {...form.getInputProps('name')} />
          <ScopeSelect description={t('scope.atOnce')} {...form.getInputProps('scope')} />
          <Group grow align="flex-start">
            <DateInput
              label={t('expiry.label')}
              description={t('expiry.text')}
              clearable
              {...form.getInputProps('expires_at')}
            />
            <NumberInput
              label={t('review.days')}
              description={t('review.daysText')}
              min={7}
              max={730}
              {...form.getInputProps('review_days')}
            />
          </Group>
          <Group justify="flex-end">
            <Button type="submit" loading={submitting} disabled={!form.isDirty()}>
              {t('save')}
            </Button>
          </Group>
        </>
      )}
    </ApiForm>
  );
}

function CrawlLog({ source }: { source: Source }) {
  const { t } = useTranslation('knowledge');
  const [state, setState] = useState<string>('kept');
  const { data } = useQuery({
    ...pagesQuery(source.id, state),
    refetchInterval: source.status === 'working' ? 3000 : false,
  });
  return (
    <Stack gap="xs" component="section" aria-label={t('crawl.title')}>
      <Text fw={600} size="sm">
        {t('crawl.title')}
      </Text>
      <SegmentedControl
        size="xs"
        value={state}
        onChange={setState}
        aria-label={t('crawl.state')}
        data={STATES.map((value) => ({ value, label: t(`crawl.${value}`) }))}
      />
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('crawl.none')}
        </Text>
      )}
      <ul className={classes.pages}>
        {data?.items.map((page) => (
          <li key={page.url}>
            {page.document_id ? (
              <LinkAnchor to={`/knowledge/documents/${page.document_id}` as never}>
                {page.url}
              </LinkAnchor>
            ) : (
              <Text size="sm">{page.url}</Text>
            )}
            {page.reason && (
              <Text size="xs" c="dimmed">
                {page.reason}
              </Text>
            )}
          </li>
        ))}
      </ul>
      {data?.next_cursor && (
        <Text size="xs" c="dimmed">
          {t('crawl.more')}
        </Text>
      )}
    </Stack>
  );
}
