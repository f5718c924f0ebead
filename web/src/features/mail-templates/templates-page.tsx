import { ActionIcon, Button, Group, Menu, Switch, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatRelative } from '@/app/format';
import { IconDots, IconMail, IconSearch } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemCard } from '@/components/item-card';
import { CardList } from '@/components/list-page';
import { TemplateDialog } from '@/components/mail/template-dialog';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { useBegin } from '@/components/use-begin';
import { languageName } from './language-bar';
import { TEMPLATES, type Template, type TemplateRow, templatesQuery } from './queries';
import type { TemplatesSearch } from './search';
import { SettingsDialog } from './settings-dialog';
import { StateBadges } from './state-badges';

const route = getRouteApi('/_app/email/templates/');

function RowMenu({ template }: { template: TemplateRow }) {
  const { t } = useTranslation('mail-templates');
  const navigate = route.useNavigate();
  const { id, name, version, archived } = template;
  const put = async () => {
    try {
      await request('post', `${TEMPLATES}/${id}/${archived ? 'unarchive' : 'archive'}`, {
        version,
      });
      toastSuccess(t(archived ? 'list.unarchived' : 'list.archived', { name }));
    } catch (reason) {
      toastError(t('list.notChanged', { name }), reason);
    }
    await invalidatePaths(TEMPLATES);
  };
  const copy = async () => {
    try {
      const body = { name: t('list.copyName', { name }).slice(0, 120), copy_of: id };
      const made = await request<Template>('post', TEMPLATES, { body });
      await invalidatePaths(TEMPLATES);
      void navigate({ to: `/email/templates/${made.id}` as never });
    } catch (reason) {
      toastError(t('list.notChanged', { name }), reason);
    }
  };
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('list.more', { name })}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void copy()}>{t('list.copy')}</Menu.Item>
        <Menu.Item onClick={() => void put()}>
          {t(archived ? 'list.unarchive' : 'list.archive')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Row({ template, mayWrite }: { template: TemplateRow; mayWrite: boolean }) {
  const { t } = useTranslation('mail-templates');
  const { clicked = 0, opened = 0, scanned = 0 } = template.engagement;
  return (
    <ItemCard
      title={template.name}
      to={`/email/templates/${template.id}`}
      badges={<StateBadges template={template} />}
      facts={[
        template.subject || t('list.noSubject'),
        template.languages.map(languageName).join(', '),
        clicked > 0 && t('list.clicked', { count: clicked }),
        opened > 0 && t('list.opened', { count: opened }),
        scanned > 0 && t('list.scanned', { count: scanned }),
        formatRelative(template.updated_at),
      ]}
      actions={mayWrite && <RowMenu template={template} />}
    />
  );
}

/** Templates, the last changed first. */
export function TemplatesPage() {
  const { t } = useTranslation('mail-templates');
  const { create: _create, settings, ...wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('email:write');
  const { data, error, refetch } = useQuery({
    ...templatesQuery(wanted),
    placeholderData: keepPreviousData,
  });
  const change = (next: TemplatesSearch) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  const find = useDebouncedCallback(
    (q: string) => change({ q: q.trim() || undefined, cursor: undefined }),
    250,
  );
  const { button, dialog } = useBegin(mayWrite && { label: t('list.add'), Dialog: TemplateDialog });
  const narrowed = Boolean(wanted.q || wanted.archived || wanted.cursor);
  const items = data?.items ?? [];
  return (
    <Page>
      <PageHeader
        title={t('title')}
        description={t('text')}
        actions={
          <Group gap="xs">
            {mayWrite && (
              <Button variant="default" onClick={() => change({ settings: true })}>
                {t('settings.open')}
              </Button>
            )}
            {(items.length > 0 || narrowed) && button}
          </Group>
        }
      />
      {(items.length > 0 || narrowed) && (
        <Group gap="sm">
          <TextInput
            aria-label={t('search')}
            placeholder={t('search')}
            leftSection={<IconSearch size={16} />}
            defaultValue={wanted.q ?? ''}
            maxLength={120}
            onChange={(event) => find(event.currentTarget.value)}
          />
          <Switch
            label={t('archivedOnly')}
            checked={wanted.archived ?? false}
            onChange={(event) =>
              change({ archived: event.currentTarget.checked || undefined, cursor: undefined })
            }
          />
        </Group>
      )}
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <>
          <LoadingLines lines={5} height={64} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data && items.length === 0 && narrowed && (
        <Text c="dimmed" size="sm" role="status">
          {t(wanted.q ? 'nothing' : 'nothingArchived')}
        </Text>
      )}
      {data && items.length === 0 && !narrowed && (
        <EmptyState icon={IconMail} title={t('list.empty')} action={button}>
          {t('list.emptyText')}
        </EmptyState>
      )}
      {items.length > 0 && (
        <CardList>
          {items.map((template) => (
            <Row key={template.id} template={template} mayWrite={mayWrite} />
          ))}
        </CardList>
      )}
      {data && (data.next_cursor || wanted.cursor) && (
        <Group justify="flex-end" gap="xs">
          {wanted.cursor && (
            <Button variant="default" onClick={() => change({ cursor: undefined })}>
              {t('first')}
            </Button>
          )}
          {data.next_cursor && (
            <Button
              variant="default"
              onClick={() => change({ cursor: data.next_cursor ?? undefined })}
            >
              {t('next')}
            </Button>
          )}
        </Group>
      )}
      {dialog}
      {settings && mayWrite && <SettingsDialog onClose={() => change({ settings: undefined })} />}
    </Page>
  );
}
