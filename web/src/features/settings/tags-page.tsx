import { Badge, Button, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlus, IconTag } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { FormDialog } from '@/components/form-dialog';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { tagColour } from '@/components/tag-colour';
import { toastError, toastSuccess } from '@/components/toasts';
import { type Tag, tagsQuery } from './queries';
import { RowActions } from './row-actions';
import classes from './settings.module.css';

const COLOURS = [
  'grey',
  'red',
  'orange',
  'yellow',
  'green',
  'teal',
  'blue',
  'purple',
  'pink',
] as const;

function TagDialog({ tag, onClose }: { tag: Tag | undefined; onClose: () => void }) {
  const { t } = useTranslation('settings');
  const form = useForm({
    initialValues: { name: tag?.name ?? '', colour: tag?.colour ?? 'grey' },
    validate: { name: (value) => (value.trim() ? null : t('tags.nameMissing')) },
  });
  return (
    <FormDialog
      title={tag ? t('tags.editTitle', { name: tag.name }) : t('tags.new')}
      form={form}
      submit={t('save')}
      onClose={onClose}
      onSubmit={async (body) => {
        await request(tag ? 'patch' : 'post', tag ? `/api/v1/tags/${tag.id}` : '/api/v1/tags', {
          body,
        });
        await invalidatePaths('/api/v1/tags', '/api/v1/leads');
        toastSuccess(t('savedNamed', { name: body.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('tags.name')}
        description={tag && t('tags.renameText')}
        data-autofocus
        required
        maxLength={60}
        {...form.getInputProps('name')}
      />
      <Select
        label={t('tags.colour')}
        data={COLOURS.map((value) => ({ value, label: t(`tags.colours.${value}`) }))}
        renderOption={({ option }) => <Badge color={tagColour(option.value)}>{option.label}</Badge>}
        {...form.getInputProps('colour')}
      />
    </FormDialog>
  );
}

/** The organisation's tags: names, colours, and the leads that carry them. */
export function TagsPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(tagsQuery());
  const mayWrite = useMay('leads:write');
  const [edited, setEdited] = useState<Tag | 'new'>();
  const remove = async (tag: Tag) => {
    const { name } = tag;
    const sure = await askConfirm({
      title: t('tags.deleteTitle', { name }),
      message: t('tags.deleteText', { name }),
      confirm: t('tags.delete'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/tags/${tag.id}`);
      toastSuccess(t('tags.deleted', { name }));
    } catch (reason) {
      toastError(t('tags.notDeleted', { name }), reason);
    }
    await invalidatePaths('/api/v1/tags', '/api/v1/leads');
  };
  return (
    <Page layout="form">
      <PageHeader
        title={t('tags.title')}
        count={data?.length}
        description={t('tags.text')}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
              {t('tags.new')}
            </Button>
          )
        }
      />
      <SettingsCard title={t('tags.all')}>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        {data?.length === 0 && (
          <EmptyState icon={IconTag} title={t('tags.empty')} compact>
            {t('tags.emptyText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {data?.map((tag) => (
            <li key={tag.id} className={classes.row}>
              <div className={classes.main}>
                <Badge size="lg" color={tagColour(tag.colour)} title={tag.name} maw="100%">
                  {tag.name}
                </Badge>
              </div>
              <LinkAnchor
                to="/leads"
                search={{ filter: { field: 'tags', op: 'has_any', value: [tag.name] } } as never}
                aria-label={t('tags.leadsNamed', { name: tag.name })}
              >
                {t('tags.leads')}
              </LinkAnchor>
              {mayWrite && (
                <RowActions
                  name={tag.name}
                  onEdit={() => setEdited(tag)}
                  onDelete={() => void remove(tag)}
                />
              )}
            </li>
          ))}
        </ul>
      </SettingsCard>
      {edited && (
        <TagDialog
          tag={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}
